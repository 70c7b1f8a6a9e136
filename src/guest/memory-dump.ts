import { LastrefError } from '../kit/errors.js';
import { until } from '../kit/wait.js';
import type { Qmp } from '../qemu/qmp.js';

/** A guest's memory is compressed and written; on a busy host that takes its time, in ms. */
const dumpDeadlineMs = 600_000;

/**
 * Writes the guest's memory to `file`, in a format that `crash` opens: compressed (kdump) where this QEMU can, else
 * ELF. QEMU stops the guest meanwhile.
 */
export async function dumpMemory(qmp: Qmp, file: string): Promise<void> {
  const { formats } = (await qmp.execute('query-dump-guest-memory-capability')) as { formats: string[] };
  const format = formats.includes('kdump-zlib') ? 'kdump-zlib' : 'elf';
  await qmp.execute('dump-guest-memory', { paging: false, protocol: `file:${file}`, detach: true, format });
  await until(
    { name: 'QEMU to write the guest’s memory', deadlineMs: dumpDeadlineMs, everyMs: 250 },
    async () => {
      const { status } = (await qmp.execute('query-dump')) as { status: string };
      if (status === 'failed') {
        throw new LastrefError(`QEMU could not write the guest's memory to ${file}`, {
          blame: 'host',
          hint: 'is the disk full?',
        });
      }
      return status === 'completed' ? true : undefined;
    },
  );
}
