import { oneLine } from '../kit/terminal-safe.js';

/** A line that no scenario reached. */
export interface UnreachedLine {
  readonly line: number;
  readonly fn: string;
  readonly text: string;
  /** Why nothing reaches it; null for a gap. */
  readonly why: string | null;
}

/** One file's coverage, ready to be shown. */
export interface CoverageReport {
  readonly file: string;
  readonly lines: { readonly reached: number; readonly total: number };
  readonly branches: { readonly reached: number; readonly total: number };
  readonly unreached: readonly UnreachedLine[];
}

export const percent = ({ reached, total }: { readonly reached: number; readonly total: number }): string =>
  total === 0 ? '-' : `${((reached * 100) / total).toFixed(1)} %`;

/** The table, then every unreached line by function; a function that was never entered is one line. */
export function coverageTable(reports: readonly CoverageReport[]): string {
  const width = Math.max(0, ...reports.map(({ file }) => file.length));
  const lines = reports.map(
    ({ file, lines: reached, branches, unreached }) =>
      `${file.padEnd(width)}  lines ${percent(reached).padStart(7)} (${reached.reached} of ${reached.total})  branches ${percent(branches).padStart(7)}  unexplained ${unreached.filter(({ why }) => why === null).length}`,
  );
  for (const { file, unreached } of reports) {
    if (unreached.length === 0) continue;
    lines.push('', `${file}: not reached`);
    for (const { line, fn, text, why } of unreached) {
      lines.push(
        `  ${String(line).padStart(5)} ${fn.padEnd(28)} ${oneLine(text.trim(), 70)}${why === null ? '' : `  [${why}]`}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
