import { readFileSync } from 'node:fs';
import { scenarioPaths } from '../artifacts/layout.js';
import type { MutantRecord, MutationState } from '../artifacts/mutation.js';
import { readRun } from '../artifacts/record.js';
import type { ScenarioResult } from '../artifacts/result.js';
import { isUnfinished } from '../artifacts/store.js';
import type { KernelSpec } from '../config/kernel.js';
import { buildKernel } from '../images/build.js';
import type { Mutant } from '../images/mutant.js';
import { LastrefError, messageOf } from '../kit/errors.js';
import { Turns } from '../kit/turns.js';
import type { WantedAccelerator } from '../qemu/accel.js';
import type { Found } from '../suite/discover.js';
import { discount, promiseShown, stagesFor } from '../suite/mutation.js';
import { makePlan } from '../suite/plan.js';
import { isVerdict } from '../verdict/types.js';
import { type Follower, runPlan } from './run.js';

export interface CampaignOptions {
  readonly spec: KernelSpec;
  readonly folder: string;
  readonly quick: readonly Found[];
  readonly all: readonly Found[];
  /** The mutants of the suites: what sees them is likely to see others of the same files. */
  readonly known: readonly Mutant[];
  readonly jobs: number | undefined;
  readonly accelerator: WantedAccelerator | undefined;
  readonly signal: AbortSignal;
  /** What is going on, for whoever waits. */
  readonly tell: (line: string) => void;
}

/** What building a mutant came to. */
type Built =
  | { readonly seconds: number; readonly fate: null }
  | {
      readonly seconds: number;
      readonly fate: 'does-not-apply' | 'does-not-build' | 'undecided';
      readonly why: string;
    };

const secondsSince = (since: number): number => Math.round((performance.now() - since) / 100) / 10;

/** Builds a mutant's kernel; a mutant that does not apply or compile is a result. Raises only when interrupted. */
async function build(mutant: Mutant, { spec, signal }: CampaignOptions): Promise<Built> {
  const sinceMs = performance.now();
  try {
    await buildKernel(spec, { mutant: mutant.path, signal });
    return { seconds: secondsSince(sinceMs), fate: null };
  } catch (error) {
    signal.throwIfAborted();
    const why = messageOf(error);
    const theirs = error instanceof LastrefError && error.exitCode === 125;
    const fate = !theirs ? 'undecided' : /does not compile/.test(why) ? 'does-not-build' : 'does-not-apply';
    return { seconds: secondsSince(sinceMs), fate, why };
  }
}

interface Answers {
  readonly shown: ScenarioResult | null;
  readonly results: readonly ScenarioResult[];
  readonly booted: boolean;
}

/** Puts scenarios to a kernel; ends at the first result that `isEnough`. */
async function ask(
  scenarios: readonly Found[],
  mutant: Mutant | null,
  options: CampaignOptions,
  isEnough: (result: ScenarioResult) => boolean,
): Promise<Answers> {
  const enough = new AbortController();
  let shown: ScenarioResult | null = null;
  const planned = await makePlan({
    scenarios,
    kernel: options.spec.name,
    mutant: mutant?.path,
    runs: options.folder,
    accelerator: options.accelerator,
    jobs: options.jobs,
    followed: true,
    signal: options.signal,
  });
  const { plan } = planned;
  const follower = {
    now: () => performance.now(),
    keep: () => undefined,
    tell: (event: Parameters<Follower['tell']>[0]) => {
      if (event.kind !== 'scenario-end' || shown !== null) return;
      const file = scenarioPaths(plan.directory, event.id).result;
      const result = JSON.parse(readFileSync(file, 'utf8')) as ScenarioResult;
      options.tell(`  ${result.outcome.padEnd(5)} ${event.id}`);
      if (!isEnough(result)) return;
      shown = result;
      enough.abort();
    },
  };
  const exitCode = await runPlan(planned, follower, AbortSignal.any([options.signal, enough.signal]));
  options.signal.throwIfAborted();
  const { scenarios: results } = await readRun(plan.directory);
  return { shown, results: results.filter((result) => !isUnfinished(result)), booted: exitCode !== 125 };
}

/** One mutant, built or not, to its record. */
async function judgeMutant(
  mutant: Mutant,
  hash: string,
  built: Built,
  earlier: MutantRecord | undefined,
  control: Record<string, string>,
  options: CampaignOptions,
): Promise<MutantRecord> {
  const passed = new Set(earlier?.text === hash ? earlier.passed : []);
  const discounted = new Map<string, string>();
  const others: Shown[] = [];
  const askedMs = performance.now();
  // the time in which it was built and asked, not that in which it waited for its turn
  const spent = (): number => Math.round((built.seconds + secondsSince(askedMs)) * 10) / 10;
  const record = (
    fate: MutantRecord['fate'],
    why: string,
    kill: MutantRecord['kill'] = null,
  ): MutantRecord => ({
    name: mutant.name,
    describe: mutant.describe,
    invariant: mutant.invariant,
    breaks: mutant.breaks,
    text: hash,
    fate,
    why,
    kill,
    passed: [...passed].sort(),
    discounted: [...discounted].map(([scenario, reason]) => ({ scenario, why: reason })),
    buildSeconds: built.seconds,
    seconds: spent(),
  });
  if (built.fate !== null) return record(built.fate, built.why);

  const otherwise = async (): Promise<MutantRecord | null> => {
    const other = await shownOtherwise(others, control, options);
    if (other === undefined) return null;
    const kill = { ...killOf(other.result, mutant, other.seconds), otherwise: true };
    return record('killed', 'for another promise than its header names', kill);
  };
  for (const stage of stagesFor(mutant, options.quick, options.all, options.known)) {
    // where none is left that asks for what it breaks, a failure for another promise is as good as it gets
    const wrong = asksForAny(stage, mutant.breaks) ? null : await otherwise();
    if (wrong !== null) return wrong;
    let open = stage.filter(({ id }) => !passed.has(id));
    while (open.length > 0) {
      const { shown, results, booted } = await ask(
        open,
        mutant,
        options,
        (result) => result.outcome === 'FAIL' && discount(result, mutant) === null,
      );
      if (!booted) {
        // a machine that is too slow, or lacks what the shape wants, boots no kernel at all
        const sane = await controlOf(open[0]?.id ?? '', {}, options);
        return sane === 'PASS'
          ? record('does-not-boot', 'no guest of this kernel boots: it cannot be asked')
          : record('undecided', `no guest boots here, with the bug or without: ${open[0]?.id} is ${sane}`);
      }
      const seconds = spent();
      for (const result of results) {
        if (['PASS', 'DONE', 'SKIP'].includes(result.outcome)) passed.add(result.id);
        else if (result.id !== shown?.id) {
          discounted.set(result.id, whyNot(result, mutant));
          if (result.outcome === 'FAIL' && result.bootMs !== null) others.push({ result, seconds });
        }
      }
      if (shown === null) break;
      const sane = await controlOf(shown.id, control, options);
      if (sane === 'PASS') {
        return record('killed', '', killOf(shown, mutant, seconds));
      }
      discounted.set(shown.id, `it is ${sane} on the kernel without the bug, too`);
      open = open.filter(({ id }) => !passed.has(id) && !discounted.has(id));
    }
  }
  const wrong = await otherwise();
  if (wrong !== null) return wrong;
  const silent = [...discounted].filter(([, why]) => /^(ERROR|MISS): /.test(why));
  return silent.length > 0
    ? record('undecided', `no verdict from ${silent.map(([id]) => id).join(', ')}`)
    : record('survived', discounted.size > 0 ? 'what failed does not show this bug' : '');
}

const asksForAny = (stage: readonly Found[], words: readonly string[]): boolean =>
  stage.some(({ scenario }) => scenario.options.asks.some((ask) => words.includes(ask)));

interface Shown {
  readonly result: ScenarioResult;
  readonly seconds: number;
}

function killOf(result: ScenarioResult, mutant: Mutant, seconds: number): NonNullable<MutantRecord['kill']> {
  const { headline, reasons } = result.verdict;
  const witness = reasons[0]?.witness ?? 'assertion';
  return { scenario: result.id, witness, promise: promiseShown(result, mutant), headline, seconds };
}

/** A failure for a promise that the header does not name shows the bug too, when the kernel without it passes. */
async function shownOtherwise(
  others: readonly Shown[],
  control: Record<string, string>,
  options: CampaignOptions,
): Promise<Shown | undefined> {
  for (const other of others) {
    const isPromise = other.result.verdict.broken.some((promise) => promise !== 'guest-survives');
    if (isPromise && (await controlOf(other.result.id, control, options)) === 'PASS') return other;
  }
  return undefined;
}

function whyNot(result: ScenarioResult, mutant: Mutant): string {
  if (result.outcome !== 'FAIL') return `${result.outcome}: ${result.verdict.headline}`;
  return discount(result, mutant) ?? result.verdict.headline;
}

/** What the kernel without a bug said earlier and need not be asked again: a FAIL may have been a false alarm, mended since. */
export function keptControl(control: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(control).filter(([, outcome]) => ['PASS', 'DONE', 'SKIP'].includes(outcome)),
  );
}

/** What a scenario says on the kernel without a bug; asked once per mutation run. */
async function controlOf(
  id: string,
  control: Record<string, string>,
  options: CampaignOptions,
): Promise<string> {
  const known = control[id];
  if (known !== undefined) return known;
  options.tell(`  is ${id} PASS without the bug?`);
  const scenario = options.all.find((found) => found.id === id);
  const { results } = await ask(scenario === undefined ? [] : [scenario], null, options, () => false);
  const outcome = results[0]?.outcome ?? 'ERROR';
  if (isVerdict(outcome)) control[id] = outcome; // else whoever needs it asks again
  return outcome;
}

/** Mutants that are asked at once: while one waits for a hang to be certain, another can use the machine. */
export const askedAtOnce = 2;

/** Mutants in their order, each built while those before are being asked. `onRecord` is told after each, one at a time. */
export async function runCampaign(
  mutants: readonly { readonly mutant: Mutant; readonly hash: string }[],
  state: MutationState,
  options: CampaignOptions,
  onRecord: (state: MutationState, record: MutantRecord) => Promise<void>,
): Promise<MutationState> {
  const control = keptControl(state.control);
  const [toAsk, toRecord] = [new Turns(askedAtOnce), new Turns(1)];
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let current = state;
  const judge = async (mutant: Mutant, hash: string, built: Built): Promise<void> => {
    const told = { ...options, signal, tell: (line: string) => options.tell(`${line}  [${mutant.name}]`) };
    const earlier = current.mutants.find(({ name }) => name === mutant.name);
    const record = await judgeMutant(mutant, hash, built, earlier, control, told);
    await toRecord.take(() => {
      const others = current.mutants.filter(({ name }) => name !== mutant.name);
      current = { ...current, mutants: [...others, record], control: { ...control } };
      return onRecord(current, record);
    });
  };
  const judging: Promise<void>[] = [];
  try {
    for (const [index, { mutant, hash }] of mutants.entries()) {
      signal.throwIfAborted();
      options.tell(`${index + 1} of ${mutants.length}: ${mutant.name}`);
      const built = await build(mutant, { ...options, signal });
      // the next one is built when this one is being asked, so that no more than one kernel waits
      await new Promise<void>((begun) => {
        const judged = toAsk.take(() => {
          begun();
          return judge(mutant, hash, built);
        });
        judged.catch((error: unknown) => failed.abort(error));
        judging.push(judged);
      });
    }
  } finally {
    await Promise.allSettled(judging);
  }
  await Promise.all(judging);
  return current;
}
