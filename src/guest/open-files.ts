import type { RunningGuest } from './guest.js';
import { FilesByProbe } from './guest-files.js';
import { startProbe } from './start-probe.js';

/**
 * Starts the probe that looks at files, once per guest: from then on a look costs no process. With `seconds` (since
 * 1970) it sets the time of day first.
 */
export async function openFiles(guest: RunningGuest, seconds?: number): Promise<void> {
  if (guest.files instanceof FilesByProbe) return;
  const probe = new FilesByProbe(
    await startProbe(guest, 'files', 'files', seconds === undefined ? [] : [String(seconds)]),
  );
  await probe.ready();
  guest.lookThrough(probe);
}
