import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, LastrefError } from '../kit/errors.js';
import { mergeTimeline, readEvents } from './events.js';
import { isLocked } from './in-use.js';
import { runPaths, type ScenarioPaths, scenarioPaths } from './layout.js';
import type { Event, RunPlan, RunResult, ScenarioResult } from './result.js';
import { finishedRun, isUnfinished, unfinishedScenario, writeRunResult } from './store.js';

/** Everything a report is made from. */
export interface RunRecord {
  readonly directory: string;
  readonly plan: RunPlan | null;
  readonly result: RunResult;
  readonly scenarios: readonly ScenarioResult[];
  /** Scenario id → its timeline. */
  readonly timelines: Readonly<Record<string, readonly Event[]>>;
}

/** Reads a run directory, of a run that ended in any way or is still going on. */
export async function readRun(directory: string): Promise<RunRecord> {
  const paths = runPaths(directory);
  const result = await readResult<RunResult>(paths.result);
  if (result === null) {
    throw new LastrefError(`${directory} is no run directory: it has no result.json`, { blame: 'user' });
  }
  const plan = await readResult<RunPlan>(paths.plan);
  const scenarios: ScenarioResult[] = [];
  const timelines: Record<string, readonly Event[]> = {};
  for (const { id } of result.scenarios) {
    const scenario = scenarioPaths(directory, id);
    const planned = plan?.scenarios.find((one) => one.id === id);
    const found = await readResult<ScenarioResult>(scenario.result);
    if (found !== null) scenarios.push(found);
    else if (plan !== null && planned !== undefined) scenarios.push(unfinishedScenario(plan, planned));
    timelines[id] = await readTimeline(scenario, found?.attempts ?? 1);
  }
  return { directory, plan, result, scenarios, timelines };
}

/** The timeline of the attempt that decided: the last one. */
async function readTimeline(scenario: ScenarioPaths, attempts: number): Promise<Event[]> {
  const file = attempts > 1 ? path.join(scenario.attempt(attempts), 'events.jsonl') : scenario.events;
  return mergeTimeline([(await readEvents(file)).events]);
}

async function readResult<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    if (error instanceof SyntaxError) {
      throw new LastrefError(`${file} is not JSON: ${error.message}`, { blame: 'host', evidence: file });
    }
    throw error;
  }
}

/** Whether the process that writes this run is alive. */
export async function isLive(directory: string): Promise<boolean> {
  return isLocked(runPaths(directory).lock, 'shared');
}

/**
 * Finishes the result of a run whose process died: what its scenarios came to before that is counted, the rest stays
 * ERROR "not finished", and so does the run. A living or finished run is left as it is.
 */
export async function recoverRun(directory: string): Promise<RunRecord> {
  const record = await readRun(directory);
  if (record.plan === null || !isUnfinished(record.result) || (await isLive(directory))) return record;
  const summed = await finishedRun(record.plan, record.scenarios, null);
  const ended = record.scenarios.filter((scenario) => !isUnfinished(scenario)).length;
  const result: RunResult = {
    ...summed,
    outcome: summed.outcome === 'FAIL' ? 'FAIL' : 'ERROR',
    exitCode: summed.outcome === 'FAIL' ? 1 : 69,
    headline: `the run was killed: ${ended} of ${record.scenarios.length} scenarios have a verdict`,
  };
  await writeRunResult(directory, result);
  return { ...record, result };
}
