import type { LogLine } from './line.js';
import type { Match } from './rules/match.js';
import type { Family, Rule } from './rules/rule.js';
import { looksLikeReport } from './shape.js';
import type { Splat } from './types.js';

const mostLines = 3_000;
const mostBytes = 256 * 1024;

/** A report that is still being written. */
export class OpenReport {
  readonly start: number;
  /** Where the line that names it stands among `lines`. */
  head = 0;
  match: Match;
  headline: string;
  /** Offset of the line that names it. */
  headAt: number;
  caller: string;
  /** Of the line that names it. */
  priority: number | null;
  /** Behind the last line that belongs to it. */
  end: number;
  readonly lines: string[] = [];
  readonly raw: string[] = [];
  readonly aftermath: string[] = [];
  /** The end marker was seen: what follows may only add to it. */
  ended = false;
  panicked = false;
  /** Why it cannot be trusted. */
  cut: string | null = null;
  lastTime: number | null;
  /** Time of its last own line. */
  settledTime: number | null;
  /** Seconds since boot at its start. */
  readonly time: number | null;
  /** Offset of the last own line, to notice that its writer is gone. */
  lastAt: number;
  /** Lines in a row, of its own context, that do not look like a report. */
  quiet = 0;
  allCpus = false;
  /** What was said of it at its end marker. */
  splat: Splat | null = null;
  /** It went into another splat's aftermath. */
  merged = false;
  /** Rows whose lines are part of it. */
  readonly #joined = new Set<Rule>();
  #bytes = 0;
  #good = { lines: 0, raw: 0 };

  constructor(match: Match, line: LogLine, raw: string) {
    this.match = match;
    this.headline = line.text;
    this.caller = line.caller;
    this.priority = line.priority;
    this.start = line.start;
    this.headAt = line.start;
    this.end = line.end;
    this.lastTime = line.time;
    this.time = line.time;
    this.settledTime = line.time;
    this.lastAt = line.end;
    this.#keep(line, raw);
    this.#good = { lines: 1, raw: 1 };
  }

  get family(): Family {
    return this.match.rule.family;
  }

  get isLead(): boolean {
    return this.match.rule.lead !== undefined;
  }

  /** The line names the report that was led up to. */
  promote(match: Match, line: LogLine, raw: string): void {
    this.head = this.lines.length;
    this.match = match;
    this.headline = line.text;
    this.headAt = line.start;
    this.priority = line.priority;
    this.add(line, raw, true);
  }

  /** True when the row starts it, or has a line in it. */
  has(rule: Rule): boolean {
    return this.match.rule === rule || this.#joined.has(rule);
  }

  /** A line that would start a report of its own elsewhere is part of this one. */
  join(rule: Rule, line: LogLine, raw: string): void {
    this.#joined.add(rule);
    this.add(line, raw, true);
  }

  add(line: LogLine, raw: string, belongs = looksLikeReport(line.text)): void {
    this.#keep(line, raw);
    this.lastTime = line.time ?? this.lastTime;
    this.lastAt = line.end;
    if (belongs) {
      this.quiet = 0;
      this.end = line.end;
      this.settledTime = line.time ?? this.settledTime;
      this.#good = { lines: this.lines.length, raw: this.raw.length };
    } else {
      this.quiet++;
    }
  }

  /** What belongs to it: without the other lines behind its last own one. */
  settled(): { lines: readonly string[]; raw: string } {
    return { lines: this.lines.slice(0, this.#good.lines), raw: this.raw.slice(0, this.#good.raw).join('') };
  }

  #keep(line: LogLine, raw: string): void {
    this.#bytes += raw.length;
    if (this.lines.length >= mostLines || this.#bytes > mostBytes) return;
    this.lines.push(line.text);
    this.raw.push(raw);
  }
}
