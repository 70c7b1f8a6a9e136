import { chmod, readFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import { diskError, makeFolder, writeAtomic, writeJson } from '../kit/atomic.js';
import { Cleanup } from '../kit/cleanup.js';
import { cacheRoot, projectRoot } from '../kit/paths.js';
import { shellWord } from '../kit/shell-word.js';
import { oneLine } from '../kit/terminal-safe.js';
import { cacheEntryOf, holdLock, holdShared, type Release, useLock } from './in-use.js';
import { pointLatest, runPaths, scenarioPaths } from './layout.js';
import type { RunPlan, RunResult, ScenarioResult } from './result.js';
import { summarise } from './summarise.js';

type PlannedScenario = RunPlan['scenarios'][number];

/** A run directory that this process writes, and holds the lock of until release(). */
export interface OpenRun {
  readonly directory: string;
  readonly release: Release;
}

export async function projectVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/**
 * Makes the directory of a run. The run and every scenario start with a result that says ERROR "not finished":
 * whatever kills us from here on, nobody reads a green result. `runs/latest` points at it afterwards.
 */
export async function createRun(plan: RunPlan): Promise<OpenRun> {
  const paths = runPaths(plan.directory);
  await makeFolder(paths.scenarios);
  const cleanup = new Cleanup();
  const release = async (): Promise<void> => {
    await cleanup.run();
  };
  try {
    cleanup.add('free the run', await holdLock(paths.lock));
    cleanup.add('free the images', await holdImages(plan));
    await writeJson(paths.result, await unfinishedRun(plan));
    await writeJson(paths.plan, plan);
    for (const scenario of plan.scenarios) {
      await writeScenarioResult(plan.directory, unfinishedScenario(plan, scenario));
    }
    await writeAtomic(paths.events, '');
    await pointLatest(path.dirname(plan.directory), path.basename(plan.directory));
  } catch (error) {
    await release();
    throw diskError(error, plan.directory);
  }
  return { directory: plan.directory, release };
}

/** Keeps `clean` away from the images this run boots, and marks them as used just now. */
async function holdImages({ kernel, rootfs }: RunPlan): Promise<Release> {
  const entries = [kernel.bzImage, rootfs.cpio]
    .map((file) => cacheEntryOf(file))
    .filter((entry) => entry !== null);
  const release = await holdShared(entries.map((entry) => useLock(entry)));
  const now = new Date();
  for (const { kind, key } of entries) {
    // Only the order in which entries are cleaned depends on it: a cache that cannot be written is no reason to stop.
    await utimes(path.join(cacheRoot(), kind, key), now, now).catch(() => undefined);
  }
  return release;
}

const unfinished = 'not finished';

/** The result a scenario has before it has one. */
export function unfinishedScenario(plan: RunPlan, scenario: PlannedScenario): ScenarioResult {
  return {
    id: scenario.id,
    title: scenario.title,
    asks: scenario.asks,
    kernel: plan.kernel.name,
    shape: scenario.shape,
    outcome: 'ERROR',
    verdict: {
      outcome: 'ERROR',
      headline: unfinished,
      reasons: [{ witness: 'harness', detail: 'the run ended before this scenario had a verdict' }],
      broken: [],
    },
    splats: [],
    lost: [],
    startedAt: null,
    durationMs: null,
    bootMs: null,
    accelerator: plan.accelerator,
    attempts: 0,
    evidence: [],
    reproduce: [
      ...['npx', 'lastref', 'run', scenario.id, '--kernel', plan.kernel.name],
      ...(plan.mutant === null ? [] : changeWords(plan.mutant)),
      ...(scenario.tags?.includes('race') ? ['--seed', String(plan.seed ?? 1)] : []),
    ]
      .map(shellWord)
      .join(' '),
  };
}

/** What a kernel was built with. A mutant or a stretch of the suites goes by its name, on every machine; anybody else's by its path. */
export function changeOf(file: string): { readonly kind: 'mutant' | 'stretch'; readonly name: string } {
  const [, folder, name] = /\/suites\/[^/]+\/(mutants|stretch)\/([^/]+)\.(?:cocci|patch)$/.exec(file) ?? [];
  return { kind: folder === 'stretch' ? 'stretch' : 'mutant', name: name ?? file };
}

function changeWords(file: string): string[] {
  const { kind, name } = changeOf(file);
  return [`--${kind}`, name];
}

/** A scenario (or a run) whose result was never overwritten by a verdict. */
export function isUnfinished(result: ScenarioResult | RunResult): boolean {
  const headline = 'verdict' in result ? result.verdict.headline : result.headline;
  return result.outcome === 'ERROR' && headline === unfinished;
}

async function unfinishedRun(plan: RunPlan): Promise<RunResult> {
  const scenarios = plan.scenarios.map((scenario) => unfinishedScenario(plan, scenario));
  return {
    ...(await finishedRun(plan, scenarios, null)),
    outcome: 'ERROR',
    exitCode: 69,
    headline: unfinished,
  };
}

/** The run's result from its scenarios' results. `durationMs` null means that it is not known. */
export async function finishedRun(
  plan: RunPlan,
  scenarios: readonly ScenarioResult[],
  durationMs: number | null,
  { interrupted = false }: { interrupted?: boolean } = {},
): Promise<RunResult> {
  const { outcome, exitCode, counts, headline } = summarise(scenarios, { interrupted });
  return {
    id: plan.id,
    version: await projectVersion(),
    outcome,
    exitCode,
    headline,
    startedAt: plan.startedAt,
    durationMs,
    kernel: { name: plan.kernel.name, release: plan.kernel.release, provenance: plan.kernel.provenance },
    host: plan.host,
    counts,
    ...coldStarts(scenarios),
    scenarios: scenarios.map(({ id, title, outcome, durationMs, known }) => ({
      ...{ id, title, outcome, durationMs },
      ...(known === undefined ? {} : { known }),
    })),
  };
}

/** Each reason once: what every guest of a run has to say is said by the run. */
function coldStarts(scenarios: readonly ScenarioResult[]): Pick<RunResult, 'coldStarts'> {
  const counts = new Map<string, number>();
  for (const { start } of scenarios)
    if (start?.why !== undefined) counts.set(start.why, (counts.get(start.why) ?? 0) + 1);
  if (counts.size === 0) return {};
  return { coldStarts: [...counts].map(([why, guests]) => ({ why, guests })) };
}

/** Writes a scenario's result.json and its reproduce.sh. */
export async function writeScenarioResult(runDirectory: string, result: ScenarioResult): Promise<void> {
  const paths = scenarioPaths(runDirectory, result.id);
  await writeAtomic(
    paths.reproduce,
    `#!/bin/sh\n# ${oneLine(result.title)}\n# In a checkout of lastref:\nexec ${result.reproduce}\n`,
  );
  await chmod(paths.reproduce, 0o755);
  await writeJson(paths.result, result);
}

export async function writeRunResult(runDirectory: string, result: RunResult): Promise<void> {
  await writeJson(runPaths(runDirectory).result, result);
}
