import type { Metric, Ratio, Round, Row, Unit } from './row.js';
import { type Summary, summarise } from './stats.js';

/** Everything that was measured of one row. */
export interface Measured {
  readonly row: Pick<Row, 'id' | 'title' | 'metrics'>;
  readonly rounds: readonly Round[];
  /** Why it was not measured, or what a round failed with. */
  readonly trouble: readonly string[];
}

/** One line of the table, and of the JSON. */
export interface Line {
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  readonly values: readonly number[];
  readonly summary: Summary | null;
  readonly target: string | null;
  /** Null without a target or a number. */
  readonly met: boolean | null;
}

function target({ atMost, atLeast }: Pick<Metric, 'atMost' | 'atLeast'>): string | null {
  if (atMost !== undefined) return `<= ${atMost}`;
  return atLeast === undefined ? null : `>= ${atLeast}`;
}

function isMet(
  value: number | undefined,
  { atMost, atLeast }: Pick<Metric, 'atMost' | 'atLeast'>,
): boolean | null {
  if (value === undefined || (atMost === undefined && atLeast === undefined)) return null;
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}

/** Medians against targets; the ratios between rows come last. */
export function linesOf(measured: readonly Measured[], ratios: readonly Ratio[]): Line[] {
  const lines = measured.flatMap(({ row, rounds }) =>
    row.metrics.map((metric): Line => {
      const values = rounds.flatMap((round) => round[metric.key] ?? []);
      const summary = summarise(values) ?? null;
      return {
        key: `${row.id}.${metric.key}`,
        title: `(${row.id}) ${metric.title}`,
        unit: metric.unit,
        values,
        summary,
        target: target(metric),
        met: isMet(summary?.median, metric),
      };
    }),
  );
  const medians = new Map(lines.map(({ key, summary }) => [key, summary?.median]));
  const quotients = ratios.flatMap((ratio): Line[] => {
    const [over, under] = [medians.get(ratio.over), medians.get(ratio.under)];
    if (over === undefined || under === undefined) return [];
    const values = [over / under];
    return [
      {
        key: `${ratio.over}/${ratio.under}`,
        title: ratio.title,
        unit: 'x',
        values,
        summary: summarise(values) ?? null,
        target: target(ratio),
        met: isMet(values[0], ratio),
      },
    ];
  });
  return [...lines, ...quotients];
}

const digits: Readonly<Record<Unit, number>> = { s: 2, MiB: 0, x: 2 };

/** A table in plain text: a line per number, and below it what could not be measured. */
export function tableOf(lines: readonly Line[], measured: readonly Measured[]): string {
  const cells = lines.map(({ title, unit, summary, target, met }) => {
    const show = (value: number | undefined): string =>
      value === undefined ? '-' : value.toFixed(digits[unit]);
    return [
      title,
      summary === null ? '-' : `${show(summary.median)} ${unit}`,
      summary === null || summary.rounds < 2 ? '' : `+-${show(summary.mad)}`,
      summary === null || summary.rounds < 2 ? '' : `${show(summary.min)} .. ${show(summary.max)}`,
      summary === null ? '0' : String(summary.rounds),
      target === null ? '' : `${target} ${unit}`,
      met === null ? '' : met ? 'met' : 'MISSED',
    ];
  });
  const head = ['what', 'median', 'mad', 'min .. max', 'rounds', 'target', ''];
  const widths = head.map((word, column) =>
    Math.max(word.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const text = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const troubles = measured.flatMap(({ row, trouble }) => trouble.map((why) => `(${row.id}) ${why}`));
  return `${[text(head), ...cells.map(text), ...(troubles.length > 0 ? ['', ...troubles] : [])].join('\n')}\n`;
}
