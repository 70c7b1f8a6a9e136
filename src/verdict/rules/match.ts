import { quote } from '../anchors.js';
import { rules } from './index.js';
import { requiredLiteral } from './literal.js';
import { lookalikes } from './lookalikes.js';
import type { Rule } from './rule.js';

export interface Match {
  readonly rule: Rule;
  readonly index: number;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** A row, ready to be tried. The pattern is compiled by its first use: most logs meet few of them. */
interface Row {
  readonly rule: Rule;
  /** Stands in every line that the row matches. */
  readonly literal: string;
  readonly start: RegExp;
}

const all: readonly Row[] = rules.map((rule) => ({
  rule,
  literal: requiredLiteral(rule.start),
  start: new RegExp(rule.start.source, `${rule.start.flags.replace(/[gy]/g, '')}g`),
}));

const likes = lookalikes.map((pattern) => ({ pattern, literal: requiredLiteral(pattern) }));

/** A match counts at a token start only: `ODEBUG:` is no `BUG:`, `_panic:` no `panic:`. */
const glued = /[A-Za-z0-9_!@'"$%=-]/;

const words = [...new Set(rules.flatMap((rule) => rule.words))].sort((a, b) => b.length - a.length);
const shortest = words.filter((word) => !words.some((other) => other !== word && word.includes(other)));

/** Words of which one stands in every line that starts a report. */
export const startWords: readonly string[] = shortest;

/** The longest word at a place, with what it begins with, so that all of a line's words come out of one search. */
const anyWord = new RegExp(words.map(quote).join('|'), 'g');
const prefixes = new Map(words.map((word) => [word, words.filter((other) => word.startsWith(other))]));
const rowsCache = new Map<string, readonly Row[]>();

/** Rows of which a word stands in the line, so that it is tried against a few only. */
function rowsFor(text: string): readonly Row[] {
  let key = '';
  anyWord.lastIndex = 0;
  for (let found = anyWord.exec(text); found !== null; found = anyWord.exec(text)) {
    key += `${found[0]}\n`;
    anyWord.lastIndex = found.index + 1;
  }
  if (key === '') return [];
  let rows = rowsCache.get(key);
  if (rows === undefined) {
    const present = new Set(key.split('\n').flatMap((word) => prefixes.get(word) ?? []));
    rows = all.filter((row) => row.rule.words.some((word) => present.has(word)));
    if (rowsCache.size < 2_000) rowsCache.set(key, rows);
  }
  return rows;
}

function startsToken(text: string, index: number): boolean {
  const before = text[index - 1];
  return before === undefined || !glued.test(before);
}

function tryRow(row: Row, text: string): Match | null {
  if (!text.includes(row.literal)) return null;
  row.start.lastIndex = 0;
  for (let found = row.start.exec(text); found !== null; found = row.start.exec(text)) {
    if (startsToken(text, found.index)) {
      if (row.rule.not?.test(text)) return null;
      return { rule: row.rule, index: found.index, groups: found.groups ?? {} };
    }
    row.start.lastIndex = found.index + 1;
  }
  return null;
}

/** True when the line only reads like the report. What a row is sure of can be undone by what stands before it alone:
 * behind `Kernel panic - not syncing: ` anything may stand. */
function looksAlike(text: string, { rule, index }: Match): boolean {
  return likes.some(({ pattern, literal }) => {
    const found = text.includes(literal) ? text.search(pattern) : -1;
    return found >= 0 && (rule.kernelOnly === true || found < index);
  });
}

/** The row that a line starts a report of, or null. */
export function matchLine(text: string): Match | null {
  for (const row of rowsFor(text)) {
    const match = tryRow(row, text);
    if (match !== null) return looksAlike(text, match) ? null : match;
  }
  return null;
}

/** Every row that could name a report that starts with `text`, in order; `needs` is checked by the caller. */
export function matchAll(text: string): Match[] {
  return rowsFor(text)
    .map((row) => tryRow(row, text))
    .filter((match) => match !== null);
}
