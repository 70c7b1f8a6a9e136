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

const escape = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const compiled: readonly Compiled[] = rules.map((rule) => ({
  rule,
  start: new RegExp(rule.start.source, `${rule.start.flags.replace(/[gy]/g, '')}g`),
}));

/** A match counts at a token start only: `ODEBUG:` is no `BUG:`, `_panic:` no `panic:`. */
const glued = /[A-Za-z0-9_!@'"$%=-]/;

const words = [...new Set(rules.flatMap((rule) => rule.words))];
const shortest = words.filter((word) => !words.some((other) => other !== word && word.includes(other)));

/** Sticky-free search for anything that could start a report: the fast path over clean text. */
export function anchorPattern(more: readonly string[]): RegExp {
  return new RegExp([...shortest, ...more].map(escape).join('|'), 'g');
}

const anyWord = new RegExp(shortest.map(escape).join('|'));

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
  if (!anyWord.test(text)) return null;
  if (lookalikes.some((pattern) => pattern.test(text))) return null;
  for (const row of compiled) {
    if (!row.rule.words.some((word) => text.includes(word))) continue;
    const match = tryRow(row, text);
    if (match !== null) return match;
  }
  return null;
}

/** Every row that could name a report that starts with `text`, in order; `needs` is checked by the caller. */
export function matchAll(text: string): Match[] {
  return compiled.map((row) => tryRow(row, text)).filter((match) => match !== null);
}
