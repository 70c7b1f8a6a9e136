import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { runPaths, scenarioPaths } from '../artifacts/layout.js';
import { readRun } from '../artifacts/record.js';
import type { RunPlan, RunResult, ScenarioResult } from '../artifacts/result.js';
import { createRun, finishedRun, writeRunResult } from '../artifacts/store.js';
import { writeAtomic } from '../kit/atomic.js';
import { LastrefError } from '../kit/errors.js';
import { splatText } from '../report/failure-text.js';
import { reports } from '../report/registry.js';
import { type Control, openControl, type WorkerMessage } from '../suite/control.js';
import { suiteFile } from '../suite/discover.js';
import { makePlan, type Planned, type PlanOptions } from '../suite/plan.js';
import { workerFiles } from '../suite/share.js';
import { runAva } from './ava.js';
import { findChange } from './mutants.js';
import { Watcher } from './progress.js';

/** After this many guests that did not boot, and none that did, the run gives up. */
const hopelessBoots = 2;

/** Less than this (ms), and what was made came out of the cache. */
const cachedMs = 2000;

/** Signals that end a run in an orderly way the first time, and at once the second time. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whoever follows a run. */
export type Follower = Pick<Watcher, 'tell' | 'keep' | 'now'>;

/** `lastref run`: plans, schedules the scenarios on AVA, follows them, writes the run's result and reports. */
export async function runCommand(
  options: PlanOptions & { readonly stretch?: string | undefined },
): Promise<number> {
  const watcher = new Watcher();
  const interruption = new AbortController();
  const release = onInterrupt(() => {
    watcher.notice('stopping: evidence is kept; once more ends it at once', 'warning');
    interruption.abort(new LastrefError('interrupted', { blame: 'user', exitCode: 130 }));
  });
  try {
    const planned = await makePlan({
      ...options,
      mutant: await findChange(options),
      followed: true,
      signal: interruption.signal,
      onBuild: (what, name, progress) => watcher.build(what, name, progress),
      onBuilt: (what, name, durationMs) => watcher.built(what, name, durationMs, durationMs < cachedMs),
    });
    interruption.signal.throwIfAborted();
    return await runPlan(planned, watcher, interruption.signal);
  } finally {
    release();
    watcher.end();
  }
}

/** Runs a plan to its end: schedules, follows, writes results and reports. Returns the exit code. */
export async function runPlan(
  { plan, why, whyJobs }: Planned,
  watcher: Follower,
  interrupted: AbortSignal,
): Promise<number> {
  const run = await createRun(plan);
  watcher.keep(runPaths(plan.directory).events);
  try {
    watcher.tell({
      kind: 'run-start',
      t: watcher.now(),
      id: plan.id,
      directory: plan.directory,
      kernel: { name: plan.kernel.name, release: plan.kernel.release },
      mutant: plan.mutant === null ? null : path.basename(plan.mutant),
      accelerator: plan.accelerator,
      why,
      jobs: plan.jobs,
      whyJobs,
      scenarios: plan.scenarios.length,
    });
    const since = performance.now();
    const trouble = await schedule(plan, watcher, interrupted);
    const { scenarios } = await readRun(plan.directory);
    const judged = await finishedRun(plan, scenarios, Math.round(performance.now() - since), {
      interrupted: interrupted.aborted,
    });
    const isHopeless =
      !interrupted.aborted && judged.outcome === 'FAIL' && scenarios.every(({ bootMs }) => bootMs === null);
    // All green, and yet AVA says otherwise: something broke that no verdict speaks of.
    const isDoubtful = judged.exitCode === 0 && trouble !== null;
    const result = isHopeless ? unbootable(judged) : isDoubtful ? doubtful(judged, trouble) : judged;
    await writeRunResult(plan.directory, result);
    const record = await readRun(plan.directory);
    for (const report of reports)
      await writeAtomic(path.join(plan.directory, report.file), report.render(record));
    watcher.tell({ kind: 'run-end', t: watcher.now(), directory: plan.directory, result });
    return result.exitCode;
  } finally {
    await run.release();
  }
}

/** A kernel that boots nowhere has not been asked anything: `git bisect run` skips it (125). */
function unbootable(judged: RunResult): RunResult {
  return { ...judged, exitCode: 125, headline: 'the kernel does not boot: no question was put to it' };
}

function doubtful(judged: RunResult, trouble: string): RunResult {
  return {
    ...judged,
    outcome: 'ERROR',
    exitCode: 69,
    headline: `the scheduler failed (${trouble}): see ava.log`,
  };
}

/** Puts every question; returns null, or how AVA ended when not well. Results are what the scenarios wrote. */
async function schedule(plan: RunPlan, watcher: Follower, interrupted: AbortSignal): Promise<string | null> {
  const control = plan.control === null ? null : await openFollowed(plan, plan.control, watcher);
  const stop = (): void => control?.stop('the run was interrupted');
  interrupted.addEventListener('abort', stop, { once: true });
  if (interrupted.aborted) stop();
  try {
    const workers = workerFiles(plan.jobs);
    const trouble = await runAva(plan, workers, { batch: true, atOnce: workers.length });
    const left = await unanswered(plan);
    if (left.length === 0 || interrupted.aborted) return trouble;
    // A scenario took its worker down, and others with it: each of them in a worker of its own.
    watcher.tell({
      kind: 'notice',
      t: watcher.now(),
      level: 'warning',
      text: `a worker died (${trouble}, see ava.log): asking ${left.length} again, each on its own`,
    });
    return await runAva(plan, [...new Set(left.map(suiteFile))], { batch: false, atOnce: plan.jobs });
  } finally {
    interrupted.removeEventListener('abort', stop);
    await control?.close();
  }
}

/** Ids of scenarios that have no verdict of their own yet. */
async function unanswered(plan: RunPlan): Promise<string[]> {
  const { scenarios } = await readRun(plan.directory);
  return scenarios.filter(({ startedAt }) => startedAt === null).map(({ id }) => id);
}

/** Opens the run's control socket; what workers tell becomes progress, and a kernel that boots nowhere is given up. */
async function openFollowed(plan: RunPlan, socket: string, watcher: Follower): Promise<Control> {
  const slots = new Map<string, number>();
  const boots = { good: 0, bad: 0 };
  const control = await openControl(socket, (message) => {
    if (message.kind === 'booted') boots.good += 1;
    if (message.kind === 'not-booted') boots.bad += 1;
    // Asking on would only repeat the same deadline once per scenario.
    if (boots.good === 0 && boots.bad >= hopelessBoots)
      control.stop('not asked: no guest of this kernel boots');
    follow(message, watcher, slots, plan);
  });
  return control;
}

/** The first signal calls `stop`; the second ends this process, and with it (PR_SET_PDEATHSIG) everything it started. */
export function onInterrupt(stop: () => void): () => void {
  let asked = 0;
  let first = 0;
  const listener = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (asked === 1 && now - first < 300) return; // npm and make pass the same ^C on once more
    asked += 1;
    if (asked === 1) {
      first = now;
      stop();
    } else {
      process.exit(signal === 'SIGINT' ? 130 : 128 + constants.signals[signal]);
    }
  };
  for (const signal of endings) process.on(signal, listener);
  return () => {
    for (const signal of endings) process.off(signal, listener);
  };
}

/** Turns what workers report into progress; each scenario under way has a slot of its own. */
function follow(message: WorkerMessage, watcher: Follower, slots: Map<string, number>, plan: RunPlan): void {
  const { id } = message;
  const t = watcher.now();
  if (message.kind === 'start') {
    let slot = slots.get(id) ?? 0; // asked again after its worker died: it has its line already
    while (slots.get(id) !== slot && [...slots.values()].includes(slot)) slot += 1;
    slots.set(id, slot);
    watcher.tell({ kind: 'scenario-start', t, slot, id });
    return;
  }
  if (message.kind === 'booted' || message.kind === 'not-booted') return;
  const slot = slots.get(id) ?? 0;
  if (message.kind === 'step') {
    watcher.tell({ kind: 'scenario-step', t, slot, id, doing: message.doing, phase: message.phase });
    return;
  }
  slots.delete(id);
  const result = readResult(plan, id);
  const splat = result.splats.find(({ noise }) => noise === null);
  watcher.tell({
    kind: 'scenario-end',
    t,
    slot,
    id,
    outcome: result.outcome,
    durationMs: result.durationMs,
    headline: result.verdict.headline,
    splat: splat === undefined ? null : splatText(splat),
    evidence: scenarioPaths(plan.directory, id).directory,
    reproduce: result.reproduce,
    attempts: result.attempts,
    ...(result.known === undefined ? {} : { known: result.known }),
  });
}

/** It is complete on disk before its worker says so; read at once, so that the last one is told before the run ends. */
function readResult(plan: RunPlan, id: string): ScenarioResult {
  return JSON.parse(readFileSync(scenarioPaths(plan.directory, id).result, 'utf8')) as ScenarioResult;
}
