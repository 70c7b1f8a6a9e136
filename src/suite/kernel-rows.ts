import type { KernelSpec } from '../config/kernel.js';
import { LastrefError } from '../kit/errors.js';

/** Kernels that a row of a table speaks of: from `since` on, and before `before` where that is told. */
export interface KernelRange {
  /** First release, e.g. `6.17`; `0` for all. */
  readonly since: string;
  /** First release that it no longer speaks of. */
  readonly before?: string;
}

function numbersOf(release: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(release)?.[0] ?? '0').split('.').map(Number);
}

export function isAtLeast(release: string, since: string): boolean {
  const have = numbersOf(release);
  for (const [index, wanted] of numbersOf(since).entries()) {
    const difference = (have[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Whether a row speaks of a release such as `6.12.117` or `7.3.4+deb13-amd64`. */
export function speaksOf({ since, before }: KernelRange, release: string): boolean {
  return isAtLeast(release, since) && (before === undefined || !isAtLeast(release, before));
}

/** The series of the kernels that this checkout names, e.g. `6.12`, for rows to be held against. */
export function seriesOf(kernels: readonly Pick<KernelSpec, 'name'>[]): string[] {
  return [...new Set(kernels.flatMap(({ name }) => /-(\d+\.\d+)\b/.exec(name)?.[1] ?? []))];
}

/** Raises (test) for a row that speaks of none of the series: nobody could ever see whether it is true. */
export function requireSpokenOf(what: string, rows: readonly KernelRange[], series: readonly string[]): void {
  for (const row of rows) {
    if (series.some((one) => speaksOf(row, one))) continue;
    const range = `since ${row.since}${row.before === undefined ? '' : `, before ${row.before}`}`;
    throw new LastrefError(`${what}: the row ${range} speaks of no kernel there is`, {
      blame: 'test',
      hint: `the kernels are of ${series.join(', ')}: correct the row, or add a kernel to images/kernels`,
    });
  }
}
