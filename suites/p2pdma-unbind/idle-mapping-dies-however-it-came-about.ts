import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an idle mapping dies with unbind, however it came about, and keeps nobody waiting',
  {
    shape: 'cmb-switch',
    asks: ['zap-on-unbind', 'unbind-finishes', 'refusals-are-exact'],
    covers: ['unbind', 'fork', 'mremap', 'sysfs', 'stopped'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const plain = await owner.map(cmb, 16 * KiB);
    await plain.fill(1);
    const child = await owner.fork();
    const sleeper = await owner.fork();
    await owner.signal(sleeper, 'SIGSTOP'); // it enters the kernel no more, and its page tables stay
    await expect('state of the stopped child', () => stateOf(sleeper.probe.pid)).toBecome('T');
    const moved = await owner.map(cmb, 16 * KiB);
    await moved.fill(2);
    const elsewhere = await owner.move(moved);
    const trimmed = await owner.map(cmb, 16 * KiB);
    await owner.unmap(trimmed.part(0, 8 * KiB));
    const rest = trimmed.part(8 * KiB, 8 * KiB); // it does not begin where the file does
    const closer = await guest.probe('p2pmem');
    const orphan = await closer.map(cmb, 16 * KiB);
    await closer.closeAllocate(cmb);
    const foreigner = await guest.probe('p2pmem');
    await foreigner.enterOwnSysfs(); // another superblock: another inode, another address space
    const foreign = await foreigner.map(cmb, 16 * KiB);
    await foreign.fill(3);

    await expect(cmb.unbind(), 'unbind-finishes').toFinish();
    await expect(owner.touch(plain)).toRaise('SIGBUS');
    await expect(owner.touch(elsewhere, 'w')).toRaise('SIGBUS');
    await expect(owner.touch(rest)).toRaise('SIGBUS');
    await expect(child.touch(plain.in(child), 'w', 8 * KiB)).toRaise('SIGBUS');
    await expect(closer.touch(orphan)).toRaise('SIGBUS');
    await expect(foreigner.touch(foreign)).toRaise('SIGBUS');
    await owner.signal(sleeper, 'SIGCONT');
    await expect(sleeper.touch(plain.in(sleeper))).toRaise('SIGBUS');
    // nor has the kernel anything to find there (mm/gup.c:faultin_page)
    await expect(owner.write(disk, plain), 'refusals-are-exact').toFailWith('EFAULT');
    await expect(owner.read(disk, elsewhere), 'refusals-are-exact').toFailWith('EFAULT');
    await expect(owner.take('process_vm_readv', plain), 'refusals-are-exact').toFailWith('EFAULT');

    async function stateOf(pid: string | undefined): Promise<string> {
      return /\) (\w) /.exec(await guest.read(`/proc/${pid}/stat`))?.[1] ?? '?';
    }
  },
);
