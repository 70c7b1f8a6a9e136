import { rm } from 'node:fs/promises';
import { scenarioPaths } from '../../src/artifacts/layout.js';
import { runScenario } from '../../src/suite/run.js';
import { makeTemplate, noop, noopId } from '../machine.js';
import type { Row } from '../row.js';

/** A scenario that asks nothing, from its start to its verdict and evidence on disk, in this process. */
export const overhead: Row = {
  id: 'd',
  title: 'overhead of a scenario',
  metrics: [
    { key: 'wall', title: 'a scenario that asks nothing, start to evidence', unit: 's', atMost: 2 },
    { key: 'cpu', title: '  our own CPU of it', unit: 's', atMost: 0.25 },
  ],
  prepare: makeTemplate,
  measure: async ({ plan }) => {
    await rm(scenarioPaths(plan.directory, noopId).directory, { recursive: true, force: true });
    const before = process.cpuUsage();
    const mark = performance.now();
    const { outcome, verdict } = await runScenario(noopId, noop, plan);
    const wall = (performance.now() - mark) / 1000;
    const { user, system } = process.cpuUsage(before);
    if (outcome !== 'PASS') throw new Error(`${outcome}: ${verdict.headline}`);
    return { wall, cpu: (user + system) / 1e6 };
  },
};
