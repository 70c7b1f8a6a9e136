import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { runPaths } from '../artifacts/layout.js';
import type { RunPlan } from '../artifacts/result.js';
import { command } from '../images/command.js';
import { makeTemporary } from '../images/store.js';
import { LastrefError } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';
import { coverageFolder, notesIn } from './coverage-data.js';

/** How often a line ran, in all scenarios together, and the branches that leave it. */
export interface LineCount {
  readonly line: number;
  readonly fn: string;
  readonly count: number;
  readonly branches: readonly number[];
}

export interface FileCoverage {
  /** As the kernel's source tree names it. */
  readonly file: string;
  readonly lines: readonly LineCount[];
}

interface GcovLine {
  readonly line_number: number;
  readonly function_name?: string;
  readonly count: number;
  readonly branches: readonly { readonly count: number }[];
}

/** Adds the counts of one more scenario to those of a file; lines of inlined copies are one line. */
export function addCounts(sum: Map<number, LineCount>, lines: readonly GcovLine[]): void {
  for (const { line_number: line, function_name: fn = '', count, branches } of lines) {
    const before = sum.get(line);
    const taken = branches.map((branch, index) => branch.count + (before?.branches[index] ?? 0));
    sum.set(line, { line, fn: before?.fn ?? fn, count: count + (before?.count ?? 0), branches: taken });
  }
}

/** What runs of one kernel reached, from the counts that their scenarios kept; gcov reads them, this adds them up. */
export async function readCoverage(
  runDirectories: readonly string[],
  signal?: AbortSignal,
): Promise<FileCoverage[]> {
  const plans = await Promise.all(runDirectories.map(planOf));
  const [plan] = plans;
  const notes = plan?.kernel.coverage;
  if (plan === undefined || notes == null) {
    throw new LastrefError(`${plan?.kernel.name ?? 'no kernel'} does not count its lines`, {
      blame: 'user',
      hint: 'lastref run --kernel linux-6.12-coverage, then lastref coverage',
    });
  }
  const stranger = plans.findIndex(({ kernel }) => kernel.key !== plan.kernel.key);
  if (stranger >= 0)
    throw new LastrefError(
      `${runDirectories[stranger]} ran another kernel: lines of two builds do not add up`,
      {
        blame: 'user',
      },
    );
  const names = await notesIn(notes);
  const kept = (
    await Promise.all(runDirectories.map((directory) => countsBelow(runPaths(directory).scenarios)))
  ).flat();
  if (kept.length === 0)
    throw new LastrefError(`no scenario of ${runDirectories.join(', ')} kept counts`, { blame: 'user' });
  const scratch = await makeTemporary(path.join(cacheRoot(), 'tmp'));
  const files: FileCoverage[] = [];
  for (const name of names) {
    const source = name.replace(/\.gcno$/, '.c');
    const folder = path.join(scratch, path.dirname(name));
    await mkdir(folder, { recursive: true });
    await cp(path.join(notes, name), path.join(scratch, name));
    const counts = path.join(scratch, name.replace(/\.gcno$/, '.gcda'));
    const sum = new Map<number, LineCount>();
    for (const scenario of kept) {
      const from = path.join(scenario, name.replace(/\.gcno$/, '.gcda').replaceAll('/', '-'));
      const found = await cp(from, counts).then(
        () => true,
        () => false,
      );
      if (found) addCounts(sum, await gcov(counts, source, signal));
    }
    files.push({ file: source, lines: [...sum.values()].sort((a, b) => a.line - b.line) });
  }
  return files;
}

async function planOf(runDirectory: string): Promise<RunPlan> {
  return JSON.parse(await readFile(runPaths(runDirectory).plan, 'utf8')) as RunPlan;
}

async function countsBelow(scenarios: string): Promise<string[]> {
  const names = await readdir(scenarios, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isDirectory() && entry.name === coverageFolder)
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** gcov's JSON for one pair of notes and counts: the lines of `source` itself, not of the headers it includes. */
async function gcov(counts: string, source: string, signal?: AbortSignal): Promise<readonly GcovLine[]> {
  const { stdout } = await command('gcov', ['--json-format', '--branch-probabilities', '--stdout', counts], {
    purpose: 'read coverage counts',
    cwd: path.dirname(counts),
    signal,
  });
  const { files } = JSON.parse(stdout.toString('utf8')) as {
    files: { file: string; lines: GcovLine[] }[];
  };
  return files.find(({ file }) => path.normalize(file).endsWith(source))?.lines ?? [];
}
