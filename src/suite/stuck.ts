import type { RunningGuest } from '../guest/guest.js';
import { findStuck } from '../guest/stuck.js';
import type { GuestUnderTest } from '../guest/under-test.js';
import { LastrefError } from '../kit/errors.js';
import { DeadlinePassed } from '../kit/wait.js';
import { commonStack, parseBacktraces } from '../verdict/backtraces.js';
import type { Observation } from '../verdict/judge.js';
import type { PromiseName } from './promises.js';

/** Most functions of a stack that are told. */
const mostFrames = 24;

/**
 * What a wait for a probe that was given up comes to, when it is the kernel that keeps the probe; undefined when it
 * is the probe itself, or when the scenario holds a disk, behind which a probe may well have to wait.
 */
export async function keptInKernel(
  error: unknown,
  {
    guest,
    subject,
    answers,
  }: { guest: RunningGuest; subject: GuestUnderTest; answers: () => Promise<boolean> },
  promise: PromiseName | undefined,
): Promise<Observation['blocked']> {
  if (!(error instanceof DeadlinePassed) || error.blame !== 'test') return undefined;
  if (Object.values(subject.devices).some(({ isHeld }) => isHeld)) return undefined;
  if (!(await answers())) return undefined; // it is the whole guest, not its probe
  let stuck: Awaited<ReturnType<typeof findStuck>>;
  try {
    stuck = await findStuck(guest);
  } catch (failure) {
    if (!(failure instanceof LastrefError)) throw failure;
    guest.record('ssh', 'probes-not-seen', { error: failure.message }); // the guest itself is diagnosed next
    return undefined;
  }
  if (stuck === null) return undefined;
  const { look, how, watchedMs } = stuck;
  const seen = stuck.backtraces.flatMap((text) =>
    parseBacktraces(text).filter(({ pid }) => pid === look.tid),
  );
  const stack = seen.length === 0 ? look.stack : commonStack(seen.map((one) => one.stack));
  const symbol = stack[0] ?? (look.wchan === '0' ? undefined : look.wchan);
  guest.record('scenario', 'stuck', { ...look, how, samples: seen.map((one) => one.stack.join(' < ')) });
  return {
    what: `probe ${look.program} (pid ${look.tid})`,
    how,
    waitedMs: watchedMs,
    ...(symbol === undefined ? {} : { symbol }),
    ...(stack.length === 0 ? {} : { stack: stack.slice(0, mostFrames).join('\n') }),
    ...(promise === undefined ? {} : { promise }),
  };
}
