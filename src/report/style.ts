import { styleText } from 'node:util';
import type { Outcome } from '../verdict/types.js';

export interface Style {
  readonly colour: boolean;
  /** Lines may be redrawn in place. */
  readonly live: boolean;
  readonly columns: number;
}

/**
 * What the output can show. Colours and redrawing only on a terminal; NO_COLOR (any value) and TERM=dumb turn them
 * off, FORCE_COLOR turns colours on, CI turns redrawing off.
 */
export function styleFor(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: NodeJS.ProcessEnv,
): Style {
  const has = (name: string): boolean => env[name] !== undefined && env[name] !== '' && env[name] !== '0';
  const terminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  return {
    colour: !has('NO_COLOR') && (terminal || has('FORCE_COLOR')),
    live: terminal && !has('CI'),
    columns: stream.columns !== undefined && stream.columns > 20 ? stream.columns : 100,
  };
}

type Format = Parameters<typeof styleText>[0];

const formats: Readonly<Record<Outcome, Format>> = {
  FAIL: ['bold', 'red'],
  ERROR: ['bold', 'magenta'],
  MISS: ['bold', 'yellow'],
  PASS: 'green',
  DONE: 'green',
  SKIP: 'gray',
};

/** The text in colour where the style has colours; what the process's own stdout is does not matter here. */
export function paint(style: Style, format: Format, text: string): string {
  return style.colour ? styleText(format, text, { validateStream: false }) : text;
}

/** The outcome in its colour, padded to the width of the longest. */
export function paintOutcome(style: Style, outcome: Outcome): string {
  return paint(style, formats[outcome], outcome.padEnd(5));
}
