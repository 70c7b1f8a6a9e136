import type { RunningGuest } from '../guest/guest.js';
import { LastrefError, messageOf } from '../kit/errors.js';
import { within } from '../kit/wait.js';
import { parseKmsg } from '../verdict/kmsg.js';
import { tellOrigins } from '../verdict/origin.js';
import type { Splat } from '../verdict/types.js';

/** After a fatal splat the kernel goes on printing; the body gets this long (ms, fast host) before it is ended. */
export const graceMs = 3000;

/**
 * Ends a scenario's body, through `signal`, some time after a report that leaves the kernel no good to ask. A report that a
 * program wrote into the kernel's log ends nothing.
 */
export class Wounds {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** To be told of each splat as it is complete. `guest` is undefined while it boots. */
  saw(splat: Splat, guest: () => RunningGuest | undefined): void {
    if (!splat.fatal || splat.origin === 'userspace') return;
    const judge = async (): Promise<void> => {
      if (await isForged(splat, guest())) return;
      this.#controller.abort(new LastrefError(`the kernel is wounded: ${splat.title}`, { blame: 'kernel' }));
    };
    setTimeout(() => void judge(), guest()?.patience(graceMs) ?? graceMs).unref();
  }
}

/** Whether the kernel's own log says that a program wrote this. A guest that does not tell is not believed. */
async function isForged(splat: Splat, guest: RunningGuest | undefined): Promise<boolean> {
  if (guest === undefined || guest.state !== 'running') return false;
  const wait = { name: 'the kernel log', deadlineMs: guest.patience(graceMs), signal: guest.signal };
  try {
    const text = await within(wait, () => guest.kernelLog());
    const [told] = tellOrigins([splat], parseKmsg(text));
    return told?.origin === 'userspace';
  } catch (error) {
    guest.record('scenario', 'wound-believed', { error: messageOf(error) });
    return false;
  }
}
