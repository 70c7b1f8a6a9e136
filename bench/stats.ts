/** What several rounds of one measurement come to. */
export interface Summary {
  readonly median: number;
  /** Median of the distances from the median: half of the rounds lie within it. */
  readonly mad: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Undefined when nothing was measured. */
export function summarise(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  const median = medianOf(values);
  return {
    median,
    mad: medianOf(values.map((value) => Math.abs(value - median))),
    min: Math.min(...values),
    max: Math.max(...values),
    rounds: values.length,
  };
}
