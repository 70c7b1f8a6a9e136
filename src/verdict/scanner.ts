import { type LogLine, longestLine, parseLine } from './line.js';
import { LossLog, lossWords } from './losses.js';
import { markNoise } from './noise.js';
import { OpenReport } from './open.js';
import { anchorPattern, type Match, matchLine } from './rules/match.js';
import { buildSplat } from './splat.js';
import type { ConsoleReport, Loss, Splat } from './types.js';

export interface ScanOptions {
  /** Token of the line `lastref: begin <token>` that must be in the log. */
  readonly begin?: string;
  /** Token of `lastref: end <token>`. */
  readonly end?: string;
  /** Release of the kernel under test, for the rows of known noise. */
  readonly release?: string;
  /** Ids of noise rows that the scenario declares to provoke. */
  readonly expected?: readonly string[];
}

/** Kept at most; more are counted, and the count is a loss. */
const mostSplats = 500;
const mostOpen = 16;
const piece = 64 * 1024;
const memory = 8 * 1024;
/** Own lines that do not look like a report, after which a report is over. */
const patience = { lead: 12, tagged: 16, untagged: 40 };
/** Bytes of anything behind a report's last own line, after which its writer is given up. */
const abandoned = 128 * 1024;

/**
 * Reads a raw console log in pieces of any size and finds the kernel's reports in it. Memory is bounded, time
 * linear: clean text is passed over by one search, lines are taken apart only where something was found.
 */
export class ConsoleScanner {
  readonly #anchor = anchorPattern(lossWords);
  readonly #options: ScanOptions;
  readonly #losses = new LossLog();
  readonly #open = new Map<string, OpenReport>();
  readonly #splats: Splat[] = [];
  readonly #callers: string[] = [];
  readonly #echoes = new Set<string>();
  #fresh: Splat[] = [];
  #carry = '';
  #offset = 0;
  #tail = '';
  #more = 0;
  #begun = false;
  #finished = false;
  #multiShot: boolean | null = null;

  constructor(options: ScanOptions = {}) {
    this.#options = options;
  }

  /** Reads on; returns the splats that are complete now. Later lines may still add to their `aftermath`. */
  push(chunk: Uint8Array): Splat[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length; at += piece) {
      this.#take(bytes.toString('latin1', at, Math.min(bytes.length, at + piece)));
    }
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** The log is over. */
  end(): ConsoleReport {
    if (this.#carry !== '') this.#block(this.#carry);
    this.#carry = '';
    for (const report of [...this.#open.values()]) this.#close(report);
    return { splats: this.#splats, lost: this.#lost() };
  }

  #take(text: string): void {
    const newline = text.lastIndexOf('\n');
    if (newline < 0) {
      this.#carry += text;
      while (this.#carry.length >= longestLine) {
        const line = this.#carry.slice(0, longestLine);
        this.#carry = this.#carry.slice(longestLine);
        this.#block(line);
      }
      return;
    }
    const block = this.#carry + text.slice(0, newline + 1);
    this.#carry = text.slice(newline + 1);
    this.#block(block);
    while (this.#carry.length >= longestLine) {
      const line = this.#carry.slice(0, longestLine);
      this.#carry = this.#carry.slice(longestLine);
      this.#block(line);
    }
  }

  /** Whole lines, the first of which starts at #offset. */
  #block(block: string): void {
    const base = this.#offset;
    let at = 0;
    while (at < block.length) {
      if (this.#open.size === 0) {
        this.#anchor.lastIndex = at;
        const found = this.#anchor.exec(block);
        if (found === null) break;
        const start = lineStart(block, at, found.index);
        this.#remember(block.slice(Math.max(at, start - memory), start));
        at = start;
      }
      const newline = block.indexOf('\n', at);
      const next = Math.min(newline < 0 ? block.length : newline + 1, at + longestLine);
      const raw = block.slice(at, next);
      this.#line(parseLine(raw, base + at), raw);
      this.#remember(raw);
      at = next;
    }
    if (at < block.length) this.#remember(block.slice(Math.max(at, block.length - memory)));
    this.#offset = base + block.length;
  }

  #remember(text: string): void {
    this.#tail += text;
    if (this.#tail.length > 4 * memory) this.#tail = this.#tail.slice(-memory);
  }

  #line(line: LogLine, raw: string): void {
    if (line.dropped > 0) {
      this.#losses.dropped(line.dropped, line.start);
      for (const report of this.#open.values())
        report.cut ??= 'printk messages were dropped inside the report';
    }
    if (line.syslog && this.#hasOwnLines()) return;
    this.#markers(line);
    this.#losses.line(line.text, line.start);
    const match = this.#matchOf(line);
    const open = this.#open.get(line.caller);
    if (match !== null) this.#start(match, line, raw, open);
    else if (open !== undefined) this.#grow(open, line, raw);
    else this.#adopt(line, raw);
    this.#abandon(line);
  }

  /** True when the log has the kernel's own lines, so that a log daemon's are copies. */
  #hasOwnLines(): boolean {
    return /(?:^|\n)(?:<\d+>)?\[ *\d+\.\d+\]/.test(this.#tail.slice(-memory));
  }

  #matchOf(line: LogLine): Match | null {
    const match = matchLine(line.text);
    if (match === null) return null;
    if (match.rule.class === 'REBOOT') return this.#rebooted() ? match : null;
    if (match.rule.lead === 'silent' || line.time === null) return match;
    // A guest that prints its old log repeats lines with their time.
    const echo = `${line.time} ${line.text.slice(0, 200)}`;
    if (this.#echoes.has(echo) && !this.#open.has(line.caller)) return null;
    if (this.#echoes.size > 4_000) this.#echoes.clear();
    this.#echoes.add(echo);
    return match;
  }

  /** A boot message counts as a reboot when a kernel was at work before it and firmware came between. */
  #rebooted(): boolean {
    const before = this.#tail.slice(-memory);
    const times = [...before.matchAll(/(?:^|\n)\[ *(\d+)\.\d+\]/g)];
    const last = times.at(-1);
    if (last === undefined || Number(last[1]) < 1) return false;
    if (this.#splats.at(-1)?.class === 'REBOOT' && this.#splats.at(-1)?.end === this.#offset) return false;
    return /SeaBIOS|Decompressing Linux|early console|iPXE|Booting from|EFI stub|U-Boot|BIOS/.test(
      before.slice(last.index),
    );
  }

  #markers(line: LogLine): void {
    const marker = /^lastref: (begin|end) (.*?)\s*$/.exec(line.text);
    if (marker?.[1] === 'begin' && marker[2] === this.#options.begin) this.#begun = true;
    if (marker?.[1] === 'end' && marker[2] === this.#options.end) this.#finished = true;
    if (line.text.includes('ommand line: ')) this.#multiShot = line.text.includes('kasan_multi_shot');
  }

  #start(match: Match, line: LogLine, raw: string, open: OpenReport | undefined): void {
    const { rule } = match;
    if (open !== undefined) {
      if (open.isLead) {
        if (rule.lead === 'silent') return open.add(line, raw, true);
        if (rule.lead === 'named' && open.match.rule.lead === 'named') return open.add(line, raw, true);
        return open.promote(match, line, raw);
      }
      if (!open.ended && open.match.rule.end?.test(line.text)) return this.#grow(open, line, raw);
      if (rule.family === 'panic') {
        open.aftermath.push(titleOf(line.text));
        open.panicked = true;
        return open.add(line, raw, true);
      }
      if (rule.joins?.includes(open.family) === true) return open.add(line, raw, true);
      if (rule.lead === 'silent' && rule.id !== 'cut-here') return open.add(line, raw, true);
      if (!open.ended && open.lines.length < 4) open.cut ??= 'another report cuts into it';
      this.#close(open);
    }
    if (rule.secondary === true && this.#blameEarlier(line)) return;
    while (this.#open.size >= mostOpen) {
      const [oldest] = this.#open.values();
      if (oldest === undefined) break;
      this.#close(oldest);
    }
    this.#open.set(line.caller, new OpenReport(match, line, raw));
    if (rule.family === 'panic') (this.#open.get(line.caller) as OpenReport).panicked = true;
  }

  /** A panic that only follows from an earlier report is that report's aftermath, whoever prints it. */
  #blameEarlier(line: LogLine): boolean {
    const open = [...this.#open.values()].find((report) => !report.isLead);
    if (open !== undefined) {
      open.aftermath.push(titleOf(line.text));
      open.panicked = true;
      return true;
    }
    const last = this.#splats.length - 1;
    const splat = this.#splats[last];
    if (splat === undefined) return false;
    this.#splats[last] = { ...splat, aftermath: [...splat.aftermath, titleOf(line.text)], fatal: true };
    return true;
  }

  #grow(open: OpenReport, line: LogLine, raw: string): void {
    open.add(line, raw);
    if (line.text.includes('Sending NMI') || line.text.includes('NMI backtrace')) open.allCpus = true;
    if (open.match.rule.end?.test(line.text)) {
      open.ended = true;
      if (open.family !== 'oops' && open.family !== 'bug') return this.#close(open);
    }
    if (open.panicked && /^---\[ end Kernel panic/.test(line.text)) return this.#close(open);
    const limit = open.isLead
      ? patience.lead
      : open.ended
        ? 1
        : open.caller.length > 1 && open.caller !== 'console'
          ? patience.tagged
          : patience.untagged;
    if (open.quiet >= limit) this.#close(open);
  }

  /** Lines of other contexts that a report asked for: the other CPUs' stacks. */
  #adopt(line: LogLine, raw: string): void {
    for (const open of this.#open.values()) {
      if (open.allCpus && line.caller.startsWith('C')) return open.add(line, raw);
      if (open.caller === '' && open.lines.length === 1 && line.caller !== '') {
        this.#open.delete('');
        open.caller = line.caller;
        this.#open.set(line.caller, open);
        return this.#grow(open, line, raw);
      }
    }
  }

  #abandon(line: LogLine): void {
    for (const open of this.#open.values()) {
      const gone = line.time !== null && open.lastTime !== null && line.time - open.lastTime > 60;
      if (line.end - open.lastAt > abandoned || gone) this.#close(open);
    }
  }

  #close(open: OpenReport): void {
    this.#open.delete(open.caller);
    const built = buildSplat(open);
    if (built === null) return;
    const splat = markNoise(built, this.#options.release, this.#options.expected ?? []);
    const cause = this.#causeOf(open, splat);
    if (cause >= 0) {
      const earlier = this.#splats[cause] as Splat;
      const adjacent = cause === this.#splats.length - 1 && this.#callers[cause] === open.caller;
      this.#splats[cause] = {
        ...earlier,
        end: adjacent ? Math.max(earlier.end, splat.end) : earlier.end,
        aftermath: [...earlier.aftermath, splat.title, ...splat.aftermath],
        fatal: earlier.fatal || splat.fatal,
      };
      return;
    }
    if (this.#splats.length >= mostSplats) {
      this.#more++;
      return;
    }
    this.#splats.push(splat);
    this.#callers.push(open.caller);
    this.#fresh.push(splat);
  }

  /** Which earlier splat this one only follows from: index, or -1. */
  #causeOf(open: OpenReport, splat: Splat): number {
    const last = this.#splats.length - 1;
    const earlier = this.#splats[last];
    if (earlier === undefined || splat.class === 'REBOOT') return -1;
    const follows = open.match.rule.follows;
    if (follows !== undefined && /^BUG: /.test(earlier.title) && this.#callers[last] === open.caller)
      return last;
    // Once a kernel has oopsed, what it reports later says little: it is listed, not judged on its own.
    const dead = this.#splats.findIndex((one) => one.fatal && one.noise === null && one.class !== 'REBOOT');
    if (dead >= 0) return dead;
    const sameTask = earlier.facts['pid'] !== undefined && earlier.facts['pid'] === splat.facts['pid'];
    if (
      splat.fatal &&
      /^K(?:ASAN|FENCE|MSAN)/.test(earlier.class) &&
      (sameTask || this.#callers[last] === open.caller)
    )
      return last;
    return -1;
  }

  #lost(): Loss[] {
    const { begin, end } = this.#options;
    if (begin !== undefined && !this.#begun) {
      this.#losses.add({ kind: 'marker-missing', detail: `no line "lastref: begin ${begin}"`, at: null });
    }
    if (end !== undefined && !this.#finished) {
      this.#losses.add({ kind: 'marker-missing', detail: `no line "lastref: end ${end}"`, at: null });
    }
    if (this.#more > 0) {
      this.#losses.add({ kind: 'unscanned', detail: `${this.#more} more reports are not listed`, at: null });
    }
    if (this.#multiShot === false && this.#splats.some((splat) => splat.class.startsWith('KASAN'))) {
      this.#losses.add({
        kind: 'reporter-off',
        detail: 'KASAN reports once per boot without kasan_multi_shot',
        at: null,
      });
    }
    const lockdep = this.#splats.find((splat) => splat.class === 'LOCKDEP');
    if (lockdep !== undefined) {
      const accepted = lockdep.noise === null ? {} : { accepted: lockdep.noise };
      this.#losses.add({
        kind: 'reporter-off',
        detail: 'lockdep stops after its first report',
        at: lockdep.end,
        ...accepted,
      });
    }
    return this.#losses.all();
  }
}

/** Start of the line around `index`, not before `from`; a long line is taken in pieces. */
function lineStart(block: string, from: number, index: number): number {
  const start = Math.max(from, index === 0 ? 0 : block.lastIndexOf('\n', index - 1) + 1);
  return start + Math.floor((index - start) / longestLine) * longestLine;
}

function titleOf(text: string): string {
  return text.replace(/^-+\[ |\s+$/g, '').slice(0, 200);
}

/** Judges a whole log at once. */
export function judgeConsole(bytes: Uint8Array, options: ScanOptions = {}): ConsoleReport {
  const scanner = new ConsoleScanner(options);
  scanner.push(bytes);
  return scanner.end();
}
