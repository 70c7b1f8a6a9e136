import type { GuestUnderTest } from '../guest/under-test.js';
import { type Scenario, type ScenarioOptions, scenario } from './scenario.js';

/** How a guest is made to hurt itself, and what must be said of it. */
export interface CrashOptions
  extends Pick<ScenarioOptions, 'append' | 'deadlineMs' | 'expected' | 'needs'>,
    Required<Pick<ScenarioOptions, 'declares'>> {
  /** A crash type of LKDTM: drivers/misc/lkdtm, or suites/meta/mutants/more-crashes.patch. */
  readonly crash: string;
  /** What the kernel log says when the report is complete. For a crash whose task does not come back, or that is noticed later. */
  readonly logs?: RegExp;
  /** Guest files (sysctls, parameters) that are written first: path to text. */
  readonly set?: Readonly<Record<string, string>>;
  /** What else it takes after the crash for the kernel to notice. */
  readonly then?: (guest: GuestUnderTest) => Promise<unknown>;
}

/** A scenario of suites/meta in which the kernel breaks one of its own rules, so that one reporter must speak. */
export function crashScenario(title: string, options: CrashOptions): Scenario {
  const { crash, logs, set = {}, then, needs = [], ...rest } = options;
  return scenario(
    title,
    {
      shape: 'cmb-switch',
      asks: ['guest-survives'],
      covers: ['splat'],
      needs: ['lkdtm', ...needs],
      ...rest,
    },
    async ({ guest }) => {
      for (const [file, text] of Object.entries(set)) await guest.write(file, text);
      await guest.provoke(crash, { wait: logs === undefined });
      await then?.(guest);
      if (logs !== undefined) await guest.untilLogged(logs);
    },
  );
}
