import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { RunPlan, ScenarioResult } from '../artifacts/result.js';
import { cellIds, scenarioId } from './discover.js';
import { planForThisWorker } from './plan.js';
import { put } from './put.js';
import type { runScenario } from './run.js';
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
    const ask = async (run: typeof runScenario): Promise<ScenarioResult> => {
      own ??= planForThisWorker(found);
      return run(id, scenario, (await own).plan);
    };
    put(scenario.title, ask, { serial: true });
  }
}

/** Ids of the run that this worker is part of; null when it is on its own. AVA wants its tests at once, so this reads at once. */
function plannedIds(): ReadonlySet<string> | null {
  const file = process.env['LASTREF_PLAN'];
  if (file === undefined) return null;
  const plan = JSON.parse(readFileSync(file, 'utf8')) as RunPlan;
  return new Set(plan.scenarios.map(({ id }) => id));
}
