import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-counted-time',
  describe: 'as cmb-one-cpu, on a clock that counts instructions (TCG only)',
  arch: 'x86_64',
  cpu: 'EPYC',
  // Not two: QEMU before 8.1 gives all the instructions until the next timer to one CPU, which may spin for another's answer
  // (accel/tcg/tcg-accel-ops-rr.c:rr_cpu_thread_fn), and the kernel reports the starved one as locked up.
  vcpus: 1,
  icount: 1,
  memoryMiB: 1024,
  pcie: [
    {
      kind: 'switch',
      devices: [
        { id: 'cmb', diskMiB: 64, cmbMiB: 64 },
        { id: 'disk', diskMiB: 64 },
      ],
    },
  ],
};
