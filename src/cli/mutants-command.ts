import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { newRunId, runsRoot } from '../artifacts/layout.js';
import {
  createMutationFolder,
  type MutantRecord,
  type MutationState,
  newestMutationRun,
  writeMutationState,
} from '../artifacts/mutation.js';
import { buildKernel } from '../images/build.js';
import { listMutants, type Mutant, readMutant } from '../images/mutant.js';
import { resolveKernel } from '../images/resolve.js';
import { writeAtomic } from '../kit/atomic.js';
import { LastrefError } from '../kit/errors.js';
import { terminalSafe } from '../kit/terminal-safe.js';
import type { WantedAccelerator } from '../qemu/accel.js';
import { describeFate, mutationPage, mutationTable, scoreOf } from '../report/mutation.js';
import { discoverScenarios } from '../suite/discover.js';
import { equivalentOn, inBuildOrder, isSettled, quickCells } from '../suite/mutation.js';
import { chooseScenarios, defaultKernel } from '../suite/plan.js';
import { findMutants } from './mutants.js';
import { askedAtOnce, runCampaign } from './mutate.js';
import { onInterrupt } from './run.js';

export interface MutantsOptions {
  readonly words: readonly string[];
  readonly kernel?: string | undefined;
  readonly json?: boolean | undefined;
  readonly resume?: boolean | undefined;
  readonly jobs?: number | undefined;
  readonly accelerator?: WantedAccelerator | undefined;
  readonly runs?: string | undefined;
}

function hashOf({ code }: Mutant): string {
  return createHash('sha256').update(code).digest('hex').slice(0, 16);
}

/** `lastref mutants`: seeds one bug after the other and asks whether a scenario sees it. */
export async function mutantsCommand(options: MutantsOptions): Promise<number> {
  const mutants = inBuildOrder(await Promise.all((await findMutants(options.words)).map(readMutant)));
  const twice = mutants.find((one, index) => mutants.findIndex(({ name }) => name === one.name) < index);
  if (twice !== undefined) {
    throw new LastrefError(`two mutants are called ${twice.name}`, {
      blame: 'user',
      hint: 'rename one file',
    });
  }
  const tell = (line: string): void => void process.stderr.write(`${terminalSafe(line)}\n`);
  const interruption = new AbortController();
  const release = onInterrupt(() => {
    tell('stopping: `lastref mutants --resume` goes on from here');
    interruption.abort(new LastrefError('interrupted', { blame: 'user', exitCode: 130 }));
  });
  try {
    const { signal } = interruption;
    const [all, quick, known] = [
      await discoverScenarios(),
      await chooseScenarios({ tags: ['!nightly'], sample: quickCells }),
      await listMutants(),
    ];
    const spec = await resolveKernel(options.kernel ?? defaultKernel);
    const base = await buildKernel(spec, { signal });
    const runs = await runsRoot(options.runs);
    await mkdir(runs, { recursive: true });
    const old = options.resume === true ? await newestMutationRun(runs, base.key) : undefined;
    const now = new Date();
    const id = old?.state.id ?? newRunId(now);
    const folder = old?.folder ?? (await createMutationFolder(runs, id));
    let state: MutationState = old?.state ?? {
      id,
      startedAt: now.toISOString(),
      kernel: { name: spec.name, key: base.key, release: base.release },
      mutants: [],
      control: {},
    };
    const keep = async (next: MutationState): Promise<void> => {
      state = next;
      await writeMutationState(folder, state);
      await writeAtomic(path.join(folder, 'mutants.html'), mutationPage(state));
    };
    const settled = (mutant: Mutant): boolean =>
      state.mutants.some((record) => record.name === mutant.name && isSettled(record, hashOf(mutant)));
    const isEqual = (mutant: Mutant): boolean => equivalentOn(mutant, base.release) !== null;
    const equal = mutants.filter(isEqual);
    const others = state.mutants.filter(({ name }) => !equal.some((mutant) => mutant.name === name));
    await keep({
      ...state,
      mutants: [...others, ...equal.map(equivalentRecord)],
      planned: new Set([...state.mutants, ...mutants].map(({ name }) => name)).size,
    });
    const open = mutants.filter((mutant) => !isEqual(mutant) && !settled(mutant));
    tell(
      `${open.length} of ${mutants.length} mutants to ask about on ${spec.name} ${base.release} - ${folder}`,
    );
    state = await runCampaign(
      open.map((mutant) => ({ mutant, hash: hashOf(mutant) })),
      state,
      {
        ...{ spec, folder, quick, all, known, signal, tell },
        ...{ jobs: options.jobs ?? jobsOfEach(), accelerator: options.accelerator },
      },
      async (next, record) => {
        await keep(next);
        tell(`${record.fate}  ${record.name}  ${describeFate(record)}`);
      },
    );
    const asked = {
      ...state,
      mutants: state.mutants.filter(({ name }) => mutants.some((one) => one.name === name)),
      planned: mutants.length,
    };
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify({ ...asked, folder, score: scoreOf(asked) }, null, 2)}\n`
        : terminalSafe(mutationTable(asked)),
    );
    return exitCodeOf(asked);
  } finally {
    release();
  }
}

/** Guests that each mutant may have at once: as several are asked at once, together one a core. */
const jobsOfEach = (): number => Math.max(1, Math.floor(availableParallelism() / askedAtOnce));

function equivalentRecord(mutant: Mutant): MutantRecord {
  return {
    name: mutant.name,
    describe: mutant.describe,
    invariant: mutant.invariant,
    breaks: mutant.breaks,
    text: hashOf(mutant),
    fate: 'equivalent',
    why: mutant.equivalent ?? '',
    kill: null,
    passed: [],
    discounted: [],
    buildSeconds: null,
    seconds: 0,
  };
}

/** 0: none got away; 1: some survived; 69: nobody knows. One that this kernel has no place for is neither. */
function exitCodeOf(state: MutationState): number {
  const { counts } = scoreOf(state);
  if (counts.survived > 0) return 1;
  return counts.undecided + counts['does-not-boot'] + counts['does-not-build'] > 0 ? 69 : 0;
}
