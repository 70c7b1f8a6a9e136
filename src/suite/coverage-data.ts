import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { KernelImage } from '../config/kernel.js';
import type { RunningGuest } from '../guest/guest.js';
import { writeAtomic } from '../kit/atomic.js';
import { messageOf } from '../kit/errors.js';

/** Folder of a scenario with what its guest counted, one .gcda for each counted file. */
export const coverageFolder = 'coverage';

/** Prints every file of counts with its path; the kernel keeps them below its build folder's name (kernel/gcov/fs.c). */
const printCounts =
  'find /sys/kernel/debug/gcov -name "*.gcda" | while read -r f; do echo "@ $f"; base64 "$f"; done';

/** Takes the counts out of what `printCounts` printed: object folder's file name (`drivers/pci/p2pdma.gcda`) → bytes. */
export function parseCounts(text: string, names: readonly string[]): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const part of text.split(/^@ /m).slice(1)) {
    const end = part.indexOf('\n');
    const name = names.find((one) => part.slice(0, end).endsWith(`/${one}`));
    if (name !== undefined) found.set(name, Buffer.from(part.slice(end), 'base64'));
  }
  return found;
}

/** The files below a folder of notes, e.g. `drivers/pci/p2pdma.gcno`. */
export async function notesIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.gcno')).sort();
}

/** Keeps the counts of a kernel that has them. A guest that does not give them up lowers the coverage, and nothing else. */
export async function keepCoverage(
  guest: RunningGuest,
  kernel: KernelImage,
  directory: string,
): Promise<void> {
  if (kernel.coverage == null) return;
  try {
    const names = (await notesIn(kernel.coverage)).map((name) => name.replace(/\.gcno$/, '.gcda'));
    const text = await guest.run(['sh', '-c', printCounts], 30_000);
    for (const [name, bytes] of parseCounts(text, names)) {
      await writeAtomic(path.join(directory, coverageFolder, name.replaceAll('/', '-')), bytes);
    }
  } catch (error) {
    guest.record('scenario', 'coverage-not-kept', { error: messageOf(error) });
  }
}
