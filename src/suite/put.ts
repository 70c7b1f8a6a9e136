import test, { type ExecutionContext } from 'ava';
import type { ScenarioResult } from '../artifacts/result.js';
import { runScenario } from './run.js';

type Ask = (run: typeof runScenario) => Promise<ScenarioResult>;

/** Its verdict becomes AVA's: PASS, DONE and SKIP pass, everything else fails with the headline. */
async function hold(t: ExecutionContext, ask: Ask): Promise<void> {
  t.timeout(24 * 3600 * 1000); // every wait inside has its own deadline
  const result = await ask(runScenario);
  t.log(`${result.outcome} ${result.verdict.headline}`);
  for (const reason of result.verdict.reasons) t.log(`${reason.witness}: ${reason.detail}`);
  t.true(['PASS', 'DONE', 'SKIP'].includes(result.outcome), `${result.outcome}: ${result.verdict.headline}`);
}

/** Puts a question as a test of AVA's; all of a file at once, unless one after the other is asked for. */
export function put(title: string, ask: Ask, { serial = false } = {}): void {
  if (serial) test.serial(title, (t) => hold(t, ask));
  else test(title, (t) => hold(t, ask));
}
