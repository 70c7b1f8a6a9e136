import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, writeJson } from '../kit/atomic.js';
import { hasCode } from '../kit/errors.js';

/** What becomes of a seeded bug. Only `killed` and `equivalent` are good news. */
export type Fate =
  | 'survived'
  | 'undecided'
  | 'does-not-boot'
  | 'does-not-build'
  | 'does-not-apply'
  | 'killed'
  | 'equivalent';

/** A scenario that saw the bug, and how. */
export interface Kill {
  readonly scenario: string;
  readonly witness: string;
  /** The promise that the verdict names and the mutant breaks. */
  readonly promise: string;
  readonly headline: string;
  /** From the start of the build to the verdict. */
  readonly seconds: number;
  /** The mutant's header names neither this promise nor one that goes with it; no scenario saw those broken. */
  readonly otherwise?: boolean;
}

export interface MutantRecord {
  readonly name: string;
  readonly describe: string;
  readonly invariant: string;
  readonly breaks: readonly string[];
  /** Hash of the mutant's file: another text is another bug. */
  readonly text: string;
  readonly fate: Fate;
  /** One sentence: why it does not apply, is equivalent, and so on; empty for killed and survived. */
  readonly why: string;
  readonly kill: Kill | null;
  /** Scenarios that it got past: they passed, or could not be asked. */
  readonly passed: readonly string[];
  /** Scenarios that failed on it and yet do not count, with the reason. */
  readonly discounted: readonly { readonly scenario: string; readonly why: string }[];
  readonly buildSeconds: number | null;
  readonly seconds: number;
}

/** state.json of a mutation run: it is written after every mutant, and enough to go on after any end. */
export interface MutationState {
  readonly id: string;
  readonly startedAt: string;
  readonly kernel: { readonly name: string; readonly key: string; readonly release: string };
  readonly mutants: readonly MutantRecord[];
  /** How many mutants it is about, asked or not; a run that was stopped has records of fewer. */
  readonly planned?: number;
  /** What scenarios that killed say on the kernel without a bug: one that fails there proves nothing. */
  readonly control: Readonly<Record<string, string>>;
}

const prefix = 'mutants-';

/** The folder of a mutation run in `runs`; it has the run of each mutant, `state.json` and `mutants.html`. */
export async function createMutationFolder(runs: string, id: string): Promise<string> {
  const folder = path.join(runs, `${prefix}${id}`);
  await makeFolder(folder);
  return folder;
}

export async function writeMutationState(folder: string, state: MutationState): Promise<void> {
  await writeJson(path.join(folder, 'state.json'), state);
}

/** The newest mutation run of a kernel, with its folder; undefined when there is none that can be read. */
export async function newestMutationRun(
  runs: string,
  kernelKey: string,
): Promise<{ folder: string; state: MutationState } | undefined> {
  const names = await readdir(runs).catch((error) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  for (const name of names
    .filter((one) => one.startsWith(prefix))
    .sort()
    .reverse()) {
    const folder = path.join(runs, name);
    const state = await readMutationState(path.join(folder, 'state.json'));
    if (state?.kernel.key === kernelKey) return { folder, state };
  }
  return undefined;
}

/** A mutation run's state; undefined for a file that is absent or not whole. */
export async function readMutationState(file: string): Promise<MutationState | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as MutationState;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
