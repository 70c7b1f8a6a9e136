import { within } from '../kit/wait.js';
import { type Completion, type Limits, numberOf, type TypedProbe } from './probe-types.js';

/** A read or write that the kernel has taken. */
export interface InFlight {
  readonly id: string;
  readonly operation: 'read' | 'write';
  readonly engine: string;
  /** Thread that waits for it: its kernel stack can be read. */
  readonly tid: number;
  /** Settles when the kernel completes it (with or without an error); rejects when the probe dies. */
  readonly completion: Promise<Completion>;
  /** True until the completion has been seen. */
  readonly pending: boolean;
  /** The completion, under a deadline. */
  untilComplete(limits?: Limits): Promise<Completion>;
}

/** Follows the completion of request `id` of `probe`, which the kernel has taken. */
export function followFlight(
  probe: TypedProbe,
  taken: Pick<InFlight, 'id' | 'operation' | 'engine' | 'tid'>,
): InFlight {
  let pending = true;
  const completion = probe
    .watch('complete', (event) => event.fields['id'] === taken.id)
    .then((event): Completion => {
      pending = false;
      const bytes = numberOf(event.fields, 'res');
      return {
        bytes: bytes < 0 ? -1 : bytes,
        errno: event.fields['errno'] ?? null,
        elapsedMs: numberOf(event.fields, 'elapsed_us') / 1000,
        event,
      };
    });
  completion.catch(() => undefined); // whoever awaits it hears of it; nobody has to
  return {
    ...taken,
    completion,
    get pending() {
      return pending;
    },
    untilComplete: (limits = {}) =>
      within(probe.client.waitFor(`complete ${taken.operation} ${taken.id}`, limits), () => completion),
  };
}
