import type { GuestUnderTest } from '../guest/under-test.js';
import type { Scenario, ScenarioOptions } from './scenario.js';

type More = Pick<ScenarioOptions, 'append' | 'deadlineMs' | 'expected'> & {
  /** FAIL unless told. */
  readonly outcome?: 'MISS';
  /** What the kernel log says when the report is complete: for a crash whose task does not come back, or that is noticed later. */
  readonly logs?: RegExp;
  /** Guest files (sysctls, parameters) that are written first: path to text. */
  readonly set?: Readonly<Record<string, string>>;
  /** What else it takes after the crash for the kernel to notice. */
  readonly after?: (guest: GuestUnderTest) => Promise<unknown>;
};

/** Never in a kernel log: waits until the guest is gone. */
export const untilGone = /this line never comes/;

/**
 * A scenario in which the kernel breaks one of its own rules, so that one of its reporters must speak: `what` happens by
 * the crash type `type` of LKDTM (drivers/misc/lkdtm), and the tool must say `says`.
 */
export function crash(what: string, type: string, says: RegExp, more: More = {}): Scenario {
  const { outcome = 'FAIL', logs, set = {}, after, ...options } = more;
  return {
    title: `${what} is a ${outcome} that says so`,
    options: {
      shape: 'cmb-switch',
      asks: ['guest-survives'],
      covers: ['splat'],
      needs: ['lkdtm'],
      declares: { outcome, says },
      ...options,
    },
    body: async ({ guest }) => {
      for (const [file, text] of Object.entries(set)) await guest.write(file, text);
      await guest.provoke(type, { wait: logs === undefined });
      await after?.(guest);
      if (logs !== undefined) await guest.untilLogged(logs);
    },
  };
}

/** As crash, by a crash type that only suites/meta/mutants/more-crashes.patch gives to LKDTM. */
export function seeded(what: string, type: string, says: RegExp, more: More = {}): Scenario {
  const { options, ...rest } = crash(what, type, says, more);
  return { ...rest, options: { ...options, mutant: 'more-crashes' } };
}
