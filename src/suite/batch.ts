import { readFileSync } from 'node:fs';
import type { RunPlan } from '../artifacts/result.js';
import { LastrefError } from '../kit/errors.js';
import { Turns } from '../kit/turns.js';
import { findScenario } from './discover.js';
import { put } from './put.js';
import { shareOf, workerFiles } from './share.js';

/**
 * Registers with AVA what this worker has to do of the run that LASTREF_PLAN names. One worker for many scenarios: AVA
 * starts a thread for each file, and loading everything anew there costs more than a scenario does.
 */
export async function runShare(worker: number): Promise<void> {
  const file = process.env['LASTREF_PLAN'];
  if (file === undefined) throw new LastrefError('a worker without a run', { blame: 'harness' });
  const plan = JSON.parse(readFileSync(file, 'utf8')) as RunPlan;
  const { scenarios, jobs } = shareOf(worker, workerFiles(plan.jobs).length, plan);
  const turns = new Turns(jobs);
  const found = await Promise.all(scenarios.map(({ id }) => findScenario(id)));
  for (const [index, { id }] of scenarios.entries()) {
    const scenario = found[index];
    if (scenario !== undefined)
      put(`${id}: ${scenario.title}`, (run) => turns.take(() => run(id, scenario, plan)));
  }
}
