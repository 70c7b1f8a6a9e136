import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findRun, runPaths, runsRoot } from '../artifacts/layout.js';
import type { RunPlan } from '../artifacts/result.js';
import { projectRoot } from '../kit/paths.js';
import { terminalSafe } from '../kit/terminal-safe.js';
import { type CoverageReport, coverageTable } from '../report/coverage.js';
import { type FileCoverage, readCoverage } from '../suite/coverage.js';

/** A row of docs/data/unreached.json: lines that nothing can reach here, by function and, where told, by what they say. */
interface Explanation {
  readonly file: string;
  readonly fn: string;
  /** Regular expression on the line's text; without it the whole function. */
  readonly text?: string;
  readonly why: string;
}

/** docs/data/parts.json: of a file that has more in it, the functions that are code under test, and what to call them. */
type Parts = Readonly<
  Record<string, { readonly part: string; readonly functions: readonly string[] } | undefined>
>;

/** `lastref coverage`: what runs of a counting kernel reached together, and every line that they did not. */
export async function coverageCommand(
  words: readonly string[],
  options: { readonly json?: boolean | undefined; readonly runs?: string | undefined },
): Promise<number> {
  const runs = await runsRoot(options.runs);
  const names = words.length === 0 ? ['latest'] : words;
  const reports = await coverageOf(await Promise.all(names.map((name) => findRun(runs, name))));
  process.stdout.write(
    options.json === true ? `${JSON.stringify(reports, null, 2)}\n` : terminalSafe(coverageTable(reports)),
  );
  return 0;
}

/** Coverage of runs of one kernel together, the unreached lines with their text and why. */
export async function coverageOf(directories: readonly string[]): Promise<CoverageReport[]> {
  const plan = JSON.parse(await readFile(runPaths(directories[0] ?? '').plan, 'utf8')) as RunPlan;
  const explanations = (await readData('unreached.json')) as Explanation[];
  const parts = (await readData('parts.json')) as Parts;
  const files = await readCoverage(directories);
  return Promise.all(
    files.map(async (coverage) => {
      const source = path.join(plan.kernel.source ?? '', coverage.file);
      const text = await readFile(source, 'utf8').catch(() => '');
      return reportOf(coverage, text.split('\n'), explanations, parts);
    }),
  );
}

const readData = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(path.join(projectRoot, 'docs', 'data', name), 'utf8'));

/** Pure: counts, source and explanations to one file's report. */
export function reportOf(
  { file, lines: all }: FileCoverage,
  source: readonly string[],
  explanations: readonly Explanation[],
  parts: Parts = {},
): CoverageReport {
  const part = parts[file];
  const lines = part === undefined ? all : all.filter(({ fn }) => part.functions.includes(fn));
  const branches = lines.flatMap((line) => line.branches);
  const reached = (counts: readonly number[]): { reached: number; total: number } => ({
    reached: counts.filter((count) => count > 0).length,
    total: counts.length,
  });
  return {
    file: part === undefined ? file : `${file} (${part.part})`,
    lines: reached(lines.map(({ count }) => count)),
    branches: reached(branches),
    unreached: lines
      .filter(({ count }) => count === 0)
      .map(({ line, fn }) => {
        const text = source[line - 1] ?? '';
        const row = explanations.find(
          (one) =>
            one.file === file && one.fn === fn && (one.text === undefined || new RegExp(one.text).test(text)),
        );
        return { line, fn, text, why: row?.why ?? null };
      }),
  };
}
