import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a file system unmounted while an entry is in use is a FAIL',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    needs: ['lkdtm'],
    mutant: 'more-crashes',
    declares: { outcome: 'FAIL', says: /Dentry still in use/ },
  },
  async ({ guest }) => {
    await guest.run(['mkdir', '-p', '/tmp/mount']);
    await guest.run(['mount', '-t', 'tmpfs', 'none', '/tmp/mount']);
    const crash = 'echo DENTRY_KEPT > /sys/kernel/debug/provoke-crash/DIRECT';
    await guest.run(['sh', '-c', `mkdir /tmp/mount/kept && cd /tmp/mount/kept && ${crash}`]);
    await guest.run(['umount', '/tmp/mount']);
  },
);
