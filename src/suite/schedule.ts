import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { RunPlan } from '../artifacts/result.js';
import { cellIds, scenarioId } from './discover.js';
import { planForThisWorker } from './plan.js';
import { runScenario } from './run.js';
import type { Cells, Scenario } from './scenario.js';

const ownId = (): string => scenarioId(path.resolve(fileURLToPath(test.meta.file)));

/** Registers a scenario with AVA. Its verdict becomes AVA's: PASS and SKIP pass, everything else fails with the headline. */
export function schedule(scenario: Scenario): void {
  register({ [ownId()]: scenario });
}

/** Registers those cells of a file that the run has planned; all of them under plain `npx ava`. */
export function scheduleCells(cells: Cells): void {
  const planned = plannedIds();
  const own = Object.entries(cellIds(ownId(), cells));
  register(Object.fromEntries(own.filter(([id]) => planned?.has(id) ?? true)));
}

/** One after the other: AVA runs the tests of a file at once unless told, and its workers are counted by files. */
function register(scenarios: Readonly<Record<string, Scenario>>): void {
  const found = Object.entries(scenarios).map(([id, scenario]) => ({ id, scenario }));
  let own: ReturnType<typeof planForThisWorker> | undefined;
  test.after.always(async () => (await own)?.release());
  for (const { id, scenario } of found) {
    test.serial(scenario.title, async (t) => {
      t.timeout(24 * 3600 * 1000); // every wait inside has its own deadline
      own ??= planForThisWorker(found);
      const { plan } = await own;
      const result = await runScenario(id, scenario, plan);
      t.log(`${result.outcome} ${result.verdict.headline}`);
      for (const reason of result.verdict.reasons) t.log(`${reason.witness}: ${reason.detail}`);
      t.true(
        ['PASS', 'DONE', 'SKIP'].includes(result.outcome),
        `${result.outcome}: ${result.verdict.headline}`,
      );
    });
  }
}

/** Ids of the run that this worker is part of; null when it is on its own. AVA wants its tests at once, so this reads at once. */
function plannedIds(): ReadonlySet<string> | null {
  const file = process.env['LASTREF_PLAN'];
  if (file === undefined) return null;
  const plan = JSON.parse(readFileSync(file, 'utf8')) as RunPlan;
  return new Set(plan.scenarios.map(({ id }) => id));
}
