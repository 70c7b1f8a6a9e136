import type { ProcessSample } from '../guest/probe-types-remover.js';
import { LastrefError } from '../kit/errors.js';
import type { Observation } from '../verdict/judge.js';

/** An expectation that was not met and has a witness of its own: a task that the kernel keeps, bytes in the wrong hands. */
export class WitnessError extends LastrefError {
  readonly seen: Pick<Observation, 'blocked' | 'canaries'>;

  constructor(message: string, promise: string | undefined, seen: Pick<Observation, 'blocked' | 'canaries'>) {
    super(message, { blame: 'kernel', promise });
    this.seen = seen;
  }
}

/** Functions that every sleeper ends in: they do not say what it waits for. */
const generic =
  /^(?:__schedule|schedule\w*|io_schedule\w*|preempt_schedule\w*|__wait_\w+|wait_for_\w+|do_wait_\w*|__switch_to\w*)$/;

/** A task that does not come back, as the judge takes it. */
export function keptTask(
  what: string,
  sample: ProcessSample,
  waitedMs: number,
  promise: string | undefined,
): NonNullable<Observation['blocked']> {
  const stack = sample.stack ?? [];
  const symbol = stack.find((fn) => !generic.test(fn)) ?? (sample.wchan === '0' ? undefined : sample.wchan);
  return {
    what,
    how: sample.state === 'R' ? 'spinning' : 'blocked',
    waitedMs,
    ...(symbol === undefined ? {} : { symbol }),
    ...(stack.length === 0 ? {} : { stack: stack.join('\n') }),
    ...(promise === undefined ? {} : { promise }),
  };
}
