import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { scenarioPaths } from '../artifacts/layout.js';
import type { RunPlan, ScenarioResult } from '../artifacts/result.js';
import { unfinishedScenario, writeScenarioResult } from '../artifacts/store.js';
import type { GuestOrigin } from '../guest/origin.js';
import { diskError } from '../kit/atomic.js';
import { LastrefError } from '../kit/errors.js';
import { judge } from '../verdict/judge.js';
import type { Reason, Verdict } from '../verdict/types.js';
import { type AttemptOutcome, attemptScenario, scratchName } from './attempt.js';
import { inLightOf, knownFailure } from './baseline.js';
import { connectControl } from './control.js';
import { defaultSeed } from './narrow.js';
import type { Scenario } from './scenario.js';

/** Only a MISS is tried again: the kernel was not to blame, and nobody hides a FAIL by asking twice. */
const mostAttempts = 2;

/** Runs one scenario to its verdict and writes its evidence and result. Raises only when the evidence cannot be written. */
export async function runScenario(id: string, scenario: Scenario, plan: RunPlan): Promise<ScenarioResult> {
  const planned = plan.scenarios.find((candidate) => candidate.id === id);
  if (planned === undefined) throw new LastrefError(`${id} is not part of this run`, { blame: 'harness' });
  const control = await connectControl(plan.control);
  const startedAt = new Date().toISOString();
  const since = performance.now();
  const paths = scenarioPaths(plan.directory, id);
  try {
    control.send({ kind: 'start', id });
    let attempts = 0;
    const missed: Reason[] = [];
    let last: AttemptOutcome;
    let verdict: Verdict;
    for (;;) {
      attempts += 1;
      const first = attempts === 1;
      const skip = whyUnasked(scenario, plan);
      if (skip !== undefined) {
        last = unasked(scenario, skip);
        verdict = judge(last.observation);
        break;
      }
      const directory = first ? paths.directory : path.join(paths.directory, `attempt-${attempts}`);
      try {
        last = await attemptScenario({
          id,
          scenario,
          plan,
          directory,
          signal: control.signal,
          booted: () => control.send({ kind: 'booted', id }),
          step: (doing, phase) => control.send({ kind: 'step', id, doing, phase: first ? phase : 'retry' }),
        });
      } catch (error) {
        last = unkept(error, directory, scenario);
      } finally {
        await rm(path.join(directory, scratchName), { recursive: true, force: true });
      }
      if (last.bootMs === null) control.send({ kind: 'not-booted', id });
      verdict = heldAgainst(scenario, judge(last.observation));
      if (verdict.outcome !== 'MISS' || attempts >= mostAttempts || control.signal.aborted) break;
      missed.push({ witness: 'harness', detail: `attempt ${attempts} was a MISS: ${verdict.headline}` });
    }
    if (missed.length > 0) {
      verdict = {
        ...verdict,
        headline: `${verdict.headline} (attempt ${attempts})`,
        reasons: [...verdict.reasons, ...missed],
      };
    }
    const hits = Object.entries(last.counters ?? {});
    if (hits.length > 0) {
      const detail = `seed ${plan.seed ?? defaultSeed}: ${hits.map(([what, times]) => `${what} ${times}`).join(', ')}`;
      verdict = { ...verdict, reasons: [...verdict.reasons, { witness: 'declared', detail }] };
    }
    const judged = inLightOf(knownFailure(id, plan.kernel.release), verdict);
    const result: ScenarioResult = {
      ...unfinishedScenario(plan, planned),
      outcome: judged.verdict.outcome,
      ...judged,
      splats: last.observation.console.splats,
      lost: last.observation.console.lost,
      startedAt,
      durationMs: Math.round(performance.now() - since),
      bootMs: last.bootMs,
      ...guestStart(last.origin),
      ...(hits.length === 0 ? {} : { counters: last.counters ?? {} }),
      attempts,
      evidence: await keptFiles(paths.directory),
    };
    await writeScenarioResult(plan.directory, result);
    control.send({ kind: 'end', id });
    return result;
  } finally {
    control.close();
  }
}

/** Why no guest is booted for this question. */
function whyUnasked({ options: { skip, mutant } }: Scenario, plan: RunPlan): string | undefined {
  const own = plan.mutant === null ? null : path.parse(plan.mutant).name;
  if (skip !== undefined || mutant === undefined || mutant === own) return skip;
  return `only a kernel with the seeded bug ${mutant} can be asked this: \`--mutant ${mutant}\``;
}

function guestStart(origin: GuestOrigin | null): Pick<ScenarioResult, 'start'> {
  if (origin === null) return {};
  if (origin.kind === 'clone') return { start: { kind: 'clone', template: origin.template } };
  return { start: { kind: 'cold', ...(origin.why === undefined ? {} : { why: origin.why }) } };
}

/** A question that makes no sense needs no guest. */
function unasked({ options }: Scenario, skip: string): AttemptOutcome {
  return {
    observation: { asks: options.asks, console: { splats: [], lost: [] }, guest: 'running', skip },
    bootMs: null,
    origin: null,
  };
}

/** What an attempt comes to whose evidence the disk refused. Anything else that was raised is a bug of ours. */
function unkept(error: unknown, directory: string, { options }: Scenario): AttemptOutcome {
  const refused = diskError(error, directory);
  if (!(refused instanceof LastrefError)) throw error;
  const { blame, message } = refused;
  return {
    observation: {
      asks: options.asks,
      console: { splats: [], lost: [] },
      guest: 'running',
      error: { blame, message },
    },
    bootMs: null,
    origin: null,
  };
}

/** Names of the files kept, relative to the scenario's folder. */
async function keptFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.split(path.sep).includes(scratchName))
    .sort();
}

/** A scenario that declares what the tool must say (suites/meta) passes when the tool says it. */
export function heldAgainst({ options: { declares } }: Scenario, verdict: Verdict): Verdict {
  if (declares === undefined || verdict.outcome === 'SKIP') return verdict;
  const said = `${verdict.outcome}: ${verdict.headline}`;
  const { outcome, says, because } = declares;
  const isGiven = because === undefined || verdict.reasons.some(({ detail }) => because.test(detail));
  if (verdict.outcome === outcome && says.test(verdict.headline) && isGiven) {
    return { outcome: 'PASS', headline: `as declared: ${said}`, reasons: verdict.reasons, broken: [] };
  }
  const why = isGiven ? '' : ` and gives no reason like ${because}`;
  return {
    outcome: 'ERROR',
    headline: `declared ${outcome} ${says}, but the tool said ${said}${why}`,
    reasons: [{ witness: 'declared', detail: `the verdict was ${said}` }, ...verdict.reasons],
    broken: [],
  };
}
