import type { RunningGuest } from './guest.js';
import { FilesByProbe } from './guest-files.js';
import { startProbe } from './start-probe.js';

/** Starts the probe that looks at files, once per guest: from then on a look costs no process. */
export async function openFiles(guest: RunningGuest): Promise<FilesByProbe> {
  if (guest.files instanceof FilesByProbe) return guest.files;
  const probe = new FilesByProbe(await startProbe(guest, 'files', 'files'));
  await probe.ready();
  guest.lookThrough(probe);
  return probe;
}
