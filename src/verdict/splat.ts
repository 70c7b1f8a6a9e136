import { canonicalFunction, findFile, findFunction } from './blame.js';
import { readDetails } from './details.js';
import { readFacts } from './facts.js';
import { fingerprint, normalise, stackDepth } from './fingerprint.js';
import { type Item, parseItem } from './frame.js';
import { readable } from './line.js';
import type { OpenReport } from './open.js';
import { originOf } from './origin.js';
import { type Match, matchAll } from './rules/match.js';
import type { Splat } from './types.js';

/** A longer report keeps its head and tail. */
const longestRaw = 96 * 1024;

interface Named {
  readonly match: Match;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** Takes the first row whose `needs` the report meets, at its place first; null when it was no report after all. */
function choose(report: OpenReport, text: string): Named | null {
  const { match: first } = report;
  const met = first.rule.needs?.exec(text);
  if (met !== null) return { match: first, groups: { ...first.groups, ...(met?.groups ?? {}) } };
  const rows = matchAll(report.headline).filter((match) => match.rule.lead !== 'silent');
  const here = rows.filter((match) => match.index === report.match.index);
  for (const match of [...here, ...rows.filter((row) => row.index !== report.match.index)]) {
    const needs = match.rule.needs?.exec(text);
    if (needs !== null) return { match, groups: { ...match.groups, ...(needs?.groups ?? {}) } };
  }
  return null;
}

function fill(template: string, values: Readonly<Record<string, string | undefined>>): string {
  return template
    .replace(/\{(\/?)(\w+)(#?)\}/g, (_all, slash: string, name: string, plain: string) => {
      const value = values[name] ?? '';
      if (value === '') return '';
      return `${slash === '' ? '' : ' / '}${plain === '' ? value : normalise(value)}`;
    })
    .replace(/\s+/g, ' ')
    .trim();
}

function parseItems(lines: readonly string[]): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < lines.length; at++) {
    const item = parseItem(lines[at] ?? '', at);
    if (item !== null) items.push(item);
  }
  return items;
}

/** What later lines can still change of a report that was complete at its end marker. */
export function extendSplat(splat: Splat, report: OpenReport): Splat {
  return {
    ...splat,
    end: report.end,
    raw: shorten(readable(report.settled().raw)),
    aftermath: report.aftermath.slice(0, 20),
    fatal: splat.fatal || report.panicked,
    time: { first: report.time, last: report.settledTime },
  };
}

/** The closed report as a value, or null when what followed shows that it was none. */
export function buildSplat(report: OpenReport): Splat | null {
  if (report.match.rule.lead === 'silent') return null;
  const { lines, raw } = report.settled();
  const own = lines.slice(report.head);
  const text = own.join('\n');
  const named = choose(report, text);
  if (named === null) return null;
  const { rule } = named.match;
  const items = parseItems(own);
  const header = named.groups['fn'] ?? null;
  const wanted = rule.blame !== undefined && rule.blame.from.length > 0;
  const found = wanted ? findFunction(rule.blame, items, header, text) : { fn: null, top: null };
  const fn = found.fn === null ? null : canonicalFunction(found.fn);
  const rw = (named.groups['rw'] ?? '').toLowerCase();
  const values = {
    ...named.groups,
    rw: named.groups['rw'],
    RW: rw.toUpperCase(),
    fn: fn ?? 'corrupted',
    other: named.groups['other'],
  };
  const template = fn === null && rule.bare !== undefined ? rule.bare : rule.title;
  const title = readable(fill(template, values)).slice(0, 240);
  const kind = fill(rule.class, values);
  const corrupted =
    rule.corrupted ??
    (wanted && fn === null && rule.bare === undefined
      ? 'no function to blame is left in the report'
      : null) ??
    stackDamage(rule.stack === true, items, text) ??
    report.cut;
  const facts = readFacts(lines, items);
  const file = findFile(sources(items, found.top)) ?? headerFile(named.groups, header, found.fn);
  return {
    class: kind,
    title,
    function: fn,
    file,
    corrupted,
    start: report.start,
    end: report.end,
    fingerprint: fingerprint(kind, title, corrupted === null ? significant(items) : []),
    raw: shorten(readable(raw)),
    decoded: null,
    aftermath: report.aftermath.slice(0, 20),
    fatal: rule.fatal === true || report.panicked,
    ...originOf(report.priority),
    ...readDetails(facts, items, lines, { first: report.time, last: report.settledTime }),
    facts,
  };
}

/** The file that a headline tells, unless that is where a check stands rather than who is to blame. */
function headerFile(groups: Named['groups'], header: string | null, blamed: string | null): string | null {
  return header === blamed || header === null ? (groups['file'] ?? null) : null;
}

const fileOf = (item: Item): string | null => {
  if (item.kind === 'pointer') return item.user ? null : item.file;
  return item.kind === 'frame' && item.frame.sure ? item.frame.file : null;
};

/** Files of the stack from the blamed function on, or of all of it; none in a log that is not decoded. */
function sources(items: readonly Item[], blamed: string | null): string[] {
  const files: string[] = [];
  let from = 0;
  for (const item of items) {
    const named = item.kind === 'frame' ? item.frame : item.kind === 'pointer' ? item : null;
    if (from === 0 && named !== null && named.fn === blamed && named.file !== null) {
      from = 1;
      files.length = 0;
    }
    const file = fileOf(item);
    if (file !== null) files.push(file);
  }
  return files;
}

/** The innermost frames without how the report was made, which differs between kernels. */
function significant(items: readonly Item[]): string[] {
  const names: string[] = [];
  for (const item of items) {
    if (names.length === stackDepth) break;
    // Inlining differs between builds, and only decoded logs show it.
    if (item.kind !== 'frame' || !item.frame.sure || item.frame.inline) continue;
    if (!/dump_stack|print_report|kasan|^__warn|report_bug|handle_bug|exc_|asm_/.test(item.frame.fn))
      names.push(canonicalFunction(item.frame.fn));
  }
  return names;
}

/** Stacks that a report can do without. */
const lenient: readonly string[] = ['other', 'access', 'page-allocated', 'page-freed'];

/** lib/fault-inject.c, mm/failslab.c. */
const injectors: readonly string[] = ['should_fail', 'should_fail_ex', 'should_failslab'];

/** riscv prints a stack without a head, below its registers; 32-bit ARM that of a task. */
const headless = /^(?:status: [0-9a-f]{8,16} badaddr: |\[<[0-9a-f]{8,16}>\] [\w(])/m;

function stackDamage(wanted: boolean, items: readonly Item[], text: string): string | null {
  let heads = 0;
  let isEmpty = false;
  let injected = false;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (item?.kind === 'frame') injected ||= item.frame.sure && injectors.includes(item.frame.fn);
    if (item?.kind !== 'head') continue;
    heads++;
    const next = items[i + 1];
    if (!lenient.includes(item.name)) isEmpty ||= next === undefined || next.at > item.at + 15;
  }
  if (wanted && heads === 0 && !headless.test(text) && !/Call [Tt]race|[Bb]acktrace/.test(text))
    return 'the report has no stack';
  if (isEmpty && !text.includes('stack is not available')) return 'a stack in the report is empty';
  return injected ? "another report's stack is mixed in" : null;
}

function shorten(raw: string): string {
  if (raw.length <= longestRaw) return raw;
  const half = longestRaw / 2;
  return `${raw.slice(0, half)}\n[... ${raw.length - longestRaw} characters left out ...]\n${raw.slice(-half)}`;
}
