export interface TapCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts the results of a TAP stream line by line. Only lines at the left margin are results. */
export class TapCounter {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  add(line: string): void {
    const result = /^(not )?ok\b(.*)$/.exec(line);
    if (result === null) return;
    if (/ # (SKIP|TODO)\b/i.test(result[2] ?? '')) this.#skipped++;
    else if (result[1] === undefined) this.#passed++;
    else this.#failed++;
  }

  /**
   * What to report for a runner that ended with `exitCode`. A runner that failed without a failing result (it crashed,
   * it found no tests) counts as one failure, and so does one in which nothing ran at all.
   */
  counts(exitCode: number): TapCounts {
    const silent = this.#failed === 0 && (exitCode !== 0 || this.#passed === 0);
    return { passed: this.#passed, failed: this.#failed + (silent ? 1 : 0), skipped: this.#skipped };
  }
}

/** The last line of `make test`. */
export function closingLine({ passed, failed, skipped }: TapCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
