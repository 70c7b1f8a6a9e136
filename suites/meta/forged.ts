import { forged, kasan, oops, outlive, tellKernel } from '../../src/suite/forge.js';
import { cells } from '../../src/suite/scenario.js';

const held = { outcome: 'PASS', says: /guest-survives held/ } as const;

// Reports that no kernel made. Root may write to the kernel's log, and what it writes is marked there as a program's
// (kernel/printk/printk.c:devkmsg_write); root may also write to the console past the kernel, which leaves no mark.
export default cells({
  kasan: forged(
    'a KASAN report that a program wrote to /dev/kmsg is told, and not held against the kernel',
    { declares: { ...held, because: /program .*wrote these lines to \/dev\/kmsg \(KASAN: / } },
    (guest) => tellKernel(guest, kasan),
  ),
  oops: forged(
    'an oops that a program wrote to /dev/kmsg does not end the scenario',
    { declares: { ...held, because: /program .*wrote these lines to \/dev\/kmsg \(.*NULL pointer/ } },
    async (guest) => {
      await tellKernel(guest, oops);
      await outlive(guest);
    },
  ),
  panic: forged(
    'a panic that a program wrote to /dev/kmsg does not end the guest',
    { declares: { ...held, because: /program .*wrote these lines to \/dev\/kmsg \(.*panic/ } },
    async (guest) => {
      await tellKernel(guest, 'Kernel panic - not syncing: said the program');
      await outlive(guest);
    },
  ),
  console: forged(
    'a report that a program wrote to the console itself is a FAIL that says it may be none of the kernel’s',
    { declares: { outcome: 'FAIL', says: /KASAN: .*, unless a program wrote that to the console/ } },
    (guest) => guest.write('/dev/ttyS0', kasan),
  ),
  nobody: forged(
    'a program that is not root writes neither to /dev/kmsg nor to the console',
    { declares: held },
    async (guest) => {
      for (const file of ['/dev/kmsg', '/dev/ttyS0']) {
        const words = `echo "BUG: KASAN: slab-use-after-free in f+0x1/0x2" > ${file}`;
        const { code, stderr } = await guest.exec(['su', 'nobody', '-c', words]);
        if (code === 0 || !/Permission denied/.test(stderr))
          throw new Error(`nobody could write to ${file} (status ${code}): ${stderr}`);
      }
    },
  ),
});
