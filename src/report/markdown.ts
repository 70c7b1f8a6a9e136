import { oneLine } from '../kit/terminal-safe.js';

const cell = (text: string): string => oneLine(text, 400).replaceAll('|', '\\|');
/** One row of a table; a bar in a cell does not end it. */
export const row = (...cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;
/** The first two rows of a table. */
export const head = (...cells: string[]): string[] => [
  row(...cells),
  `|${cells.map(() => '---').join('|')}|`,
];

/** A table that is looked into, not read: a line until it is opened. */
export const folded = (summary: string, ...lines: string[]): string[] => [
  '<details>',
  `<summary>${summary}</summary>`,
  '',
  ...lines,
  '',
  '</details>',
  '',
];
