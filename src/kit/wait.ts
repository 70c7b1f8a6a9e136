import { setTimeout as delay } from 'node:timers/promises';
import { type Blame, LastrefError, messageOf } from './errors.js';

export interface Wait {
  /** What is awaited, as it ends the sentence "gave up waiting for …". */
  readonly name: string;
  readonly deadlineMs: number;
  /** Aborting ends the wait with the signal's reason: the guest died, the user stopped the run. */
  readonly signal?: AbortSignal | undefined;
  /** Who is to blame when the deadline passes; harness unless told. */
  readonly blame?: Blame;
  readonly evidence?: string;
  readonly hint?: string;
}

export interface Poll extends Wait {
  /** Pause between two looks, in ms. */
  readonly everyMs?: number;
}

/** A wait that ended by its deadline, and by nothing else. */
export class DeadlinePassed extends LastrefError {}

/** The error of a wait whose deadline has passed. `last` is what was seen last. */
export function deadlinePassed(wait: Wait, last?: string): DeadlinePassed {
  const seen = last === undefined || last === '' ? '' : ` (last: ${last})`;
  return new DeadlinePassed(
    `gave up waiting for ${wait.name} after ${(wait.deadlineMs / 1000).toFixed(1)} s${seen}`,
    {
      blame: wait.blame ?? 'harness',
      ...(wait.evidence === undefined ? {} : { evidence: wait.evidence }),
      ...(wait.hint === undefined ? {} : { hint: wait.hint }),
    },
  );
}

/**
 * Runs `body` under a named deadline. `body` gets a signal that fires at the deadline or when the
 * outer signal does; the wait ends then even if `body` does not listen.
 */
export async function within<T>(
  wait: Wait,
  body: (signal: AbortSignal) => Promise<T>,
  last?: () => string,
): Promise<T> {
  wait.signal?.throwIfAborted();
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const outer = (): void => controller.abort(wait.signal?.reason);
  const gaveUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => controller.abort(deadlinePassed(wait, last?.())), wait.deadlineMs);
    wait.signal?.addEventListener('abort', outer, { once: true });
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  gaveUp.catch(() => undefined); // it is raced below; when body wins nobody listens any more
  try {
    return await Promise.race([body(controller.signal), gaveUp]);
  } finally {
    clearTimeout(timer);
    wait.signal?.removeEventListener('abort', outer);
  }
}

/**
 * Looks again and again until `look` returns something other than undefined. An error that `look`
 * throws is remembered as the last thing seen and the wait goes on, unless it is a LastrefError, which ends it.
 */
export async function until<T>(
  poll: Poll,
  look: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T> {
  let last = '';
  return within(
    poll,
    async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        try {
          const seen = await look(signal);
          if (seen !== undefined) return seen;
        } catch (error) {
          if (error instanceof LastrefError) throw error;
          last = messageOf(error);
        }
        await delay(poll.everyMs ?? 100, undefined, { signal });
      }
    },
    () => last,
  );
}
