import { compileAnchors } from '../anchors.js';
import { rules } from './index.js';
import { lookalikes } from './lookalikes.js';
import type { Rule } from './rule.js';

export interface Match {
  readonly rule: Rule;
  readonly index: number;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

interface Compiled {
  readonly rule: Rule;
  readonly start: RegExp;
}

const compiled: readonly Compiled[] = rules.map((rule) => ({
  rule,
  start: new RegExp(rule.start.source, `${rule.start.flags.replace(/[gy]/g, '')}g`),
}));

/** A match counts at a token start only: `ODEBUG:` is no `BUG:`, `_panic:` no `panic:`. */
const glued = /[A-Za-z0-9_!@'"$%=-]/;

const words = [...new Set(rules.flatMap((rule) => rule.words))];
const shortest = words.filter((word) => !words.some((other) => other !== word && word.includes(other)));

/** Words of which one stands in every line that starts a report. */
export const startWords: readonly string[] = shortest;

const anyWord = compileAnchors(shortest).map((pattern) => new RegExp(pattern.source));

/** Rows by the words that a line must have, so that a line is tried against a few only. */
const rowsByWord = new Map(
  words.map((word) => [word, compiled.filter((row) => row.rule.words.includes(word))]),
);
const rowsCache = new Map<string, readonly Compiled[]>();

function rowsFor(text: string): readonly Compiled[] {
  const present = words.filter((word) => text.includes(word));
  const key = present.join('\n');
  let rows = rowsCache.get(key);
  if (rows === undefined) {
    const wanted = new Set(present.flatMap((word) => rowsByWord.get(word) ?? []));
    rows = compiled.filter((row) => wanted.has(row));
    if (rowsCache.size < 2_000) rowsCache.set(key, rows);
  }
  return rows;
}

function startsToken(text: string, index: number): boolean {
  const before = text[index - 1];
  return before === undefined || !glued.test(before);
}

function tryRow(row: Compiled, text: string): Match | null {
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

/** The row that a line starts a report of, or null. */
export function matchLine(text: string): Match | null {
  if (!anyWord.some((pattern) => pattern.test(text))) return null;
  for (const row of rowsFor(text)) {
    const match = tryRow(row, text);
    if (match !== null) return lookalikes.some((pattern) => pattern.test(text)) ? null : match;
  }
  return null;
}

/** Every row that could name a report that starts with `text`, in order; `needs` is checked by the caller. */
export function matchAll(text: string): Match[] {
  return rowsFor(text)
    .map((row) => tryRow(row, text))
    .filter((match) => match !== null);
}
