import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { scenarioId } from './discover.js';
import { planForThisWorker } from './plan.js';
import { runScenario } from './run.js';
import type { Scenario } from './scenario.js';

/** Registers a scenario with AVA. Its verdict becomes AVA's: PASS and SKIP pass, everything else fails with the headline. */
export function schedule(scenario: Scenario): void {
  const id = scenarioId(path.resolve(fileURLToPath(test.meta.file)));
  test(scenario.title, async (t) => {
    t.timeout(24 * 3600 * 1000); // every wait inside has its own deadline
    const { plan, release } = await planForThisWorker({ id, scenario });
    t.teardown(release);
    const result = await runScenario(id, scenario, plan);
    t.log(`${result.outcome} ${result.verdict.headline}`);
    for (const reason of result.verdict.reasons) t.log(`${reason.witness}: ${reason.detail}`);
    t.true(
      ['PASS', 'DONE', 'SKIP'].includes(result.outcome),
      `${result.outcome}: ${result.verdict.headline}`,
    );
  });
}
