import { AnchorSearch, compileAnchors } from './anchors.js';
import { LineFeed } from './feed.js';
import { SplatLedger } from './ledger.js';
import { type LogLine, parseLine } from './line.js';
import { LossLog, lossWords } from './losses.js';
import { comesOfStain, markNoise } from './noise.js';
import type { OpenReport } from './open.js';
import { type Match, matchLine, startWords } from './rules/match.js';
import { buildSplat, extendSplat } from './splat.js';
import { ReportTracker } from './tracker.js';
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

const anchors = compileAnchors([...startWords, ...lossWords]);
const mostEchoes = 4_000;
/** A kernel's line of a second or later, behind whatever a console puts before it, or a system that waits for a user. */
const atWork = /^(?:[^\n[]{0,80}|\x1b\[[\d;]*m){0,2}\[ *[1-9]\d*\.\d+\]|\blogin: /gm;
const firmware = /SeaBIOS|Decompressing Linux|early console|iPXE|Booting from|EFI stub|U-Boot|BIOS/;

/**
 * Reads a raw console log in pieces of any size and finds the kernel's reports in it. Memory is bounded, time
 * linear: clean text is passed over by one search, lines are taken apart only where something was found.
 */
export class ConsoleScanner {
  readonly #options: ScanOptions;
  readonly #losses = new LossLog();
  readonly #ledger = new SplatLedger();
  readonly #tracker: ReportTracker;
  readonly #feed: LineFeed;
  readonly #echoes = new Set<string>();
  #fresh: Splat[] = [];
  #begun = false;
  #finished = false;
  #rebootedAt = -1;
  #multiShot: boolean | null = null;

  constructor(options: ScanOptions = {}) {
    this.#options = options;
    this.#tracker = new ReportTracker(this.#ledger, {
      ended: (report) => this.#take(report),
      closed: (report) => {
        this.#take(report);
        this.#ledger.settle(report);
      },
    });
    this.#feed = new LineFeed(new AnchorSearch(anchors), {
      busy: () => this.#tracker.busy,
      line: (raw, start, found) => this.#line(parseLine(raw, start), raw, found),
    });
  }

  /** Reads on; returns the splats that are complete now. Later lines may still add to their `end` and `aftermath`. */
  push(chunk: Uint8Array): Splat[] {
    this.#feed.push(chunk);
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** The log is over. */
  end(): ConsoleReport {
    const rest = this.#feed.end();
    const inside = this.#tracker.end();
    if (!this.#finished && (inside || /^\[ *\d+\.\d+\]/.test(rest))) {
      const where = inside ? 'inside a report' : 'in the middle of a line';
      this.#losses.add({ kind: 'truncated', detail: `the log ends ${where}`, at: null });
    }
    const splats = this.#ledger.all();
    return { splats, lost: this.#lost(splats) };
  }

  #line(line: LogLine, raw: string, found: boolean): void {
    if (!found) {
      if (!line.syslog || !this.#hasOwnLines()) this.#tracker.line(null, line, raw);
      return;
    }
    if (line.dropped > 0) {
      this.#losses.dropped(line.dropped, line.start);
      this.#tracker.damage('printk messages were dropped inside the report');
    }
    if (line.syslog && this.#hasOwnLines()) return;
    this.#markers(line);
    this.#losses.line(line.text, line.start);
    this.#tracker.line(this.#matchOf(line), line, raw);
  }

  /** True when the log has the kernel's own lines, so that a log daemon's are copies. */
  #hasOwnLines(): boolean {
    return /(?:^|\n)(?:<\d+>)?\[ *\d+\.\d+\]/.test(this.#feed.before);
  }

  #matchOf(line: LogLine): Match | null {
    const match = matchLine(line.text);
    if (match === null) return null;
    if (match.rule.class === 'REBOOT') return this.#rebooted(line) ? match : null;
    if (match.rule.kernelOnly === true && line.caller === '' && this.#hasOwnLines()) return null;
    if (match.rule.lead === 'silent' || line.time === null) return match;
    // A guest that prints its old log repeats lines with their time.
    const echo = `${line.time} ${line.text.slice(0, 200)}`;
    if (this.#echoes.has(echo) && !this.#tracker.reporting(line.caller)) return null;
    if (this.#echoes.size >= mostEchoes) this.#echoes.clear();
    this.#echoes.add(echo);
    return match;
  }

  /** A boot message counts as a reboot when a kernel was at work before it and firmware came between. */
  #rebooted(line: LogLine): boolean {
    const before = this.#feed.before;
    const last = [...before.matchAll(atWork)].at(-1);
    if (last === undefined || !firmware.test(before.slice(last.index))) return false;
    const first = this.#rebootedAt < 0 || line.start - this.#rebootedAt > before.length;
    this.#rebootedAt = line.start;
    return first;
  }

  #markers(line: LogLine): void {
    const marker = /^lastref: (begin|end) (.*?)\s*$/.exec(line.text);
    if (marker?.[1] === 'begin' && marker[2] === this.#options.begin) this.#begun = true;
    if (marker?.[1] === 'end' && marker[2] === this.#options.end) this.#finished = true;
    if (line.text.includes('ommand line: ')) this.#multiShot = line.text.includes('kasan_multi_shot');
  }

  /** A report is complete: at its end marker, as its context may fall silent for good, or when it is closed. */
  #take(report: OpenReport): void {
    const before = report.splat;
    const built = before === null ? buildSplat(report) : extendSplat(before, report);
    if (built === null) return;
    const splat = before === null ? this.#mark(built) : built;
    report.splat = splat;
    if (this.#ledger.add(report, splat) && before === null) this.#fresh.push(splat);
  }

  #mark(splat: Splat): Splat {
    const before = comesOfStain(splat) ? this.#ledger.all() : [];
    return markNoise(splat, this.#options.release, this.#options.expected ?? [], before);
  }

  #lost(splats: readonly Splat[]): Loss[] {
    const { begin, end } = this.#options;
    const add = (kind: Loss['kind'], detail: string, more: Partial<Loss> = {}): void =>
      this.#losses.add({ kind, detail, at: null, ...more });
    if (begin !== undefined && !this.#begun) add('marker-missing', `no line "lastref: begin ${begin}"`);
    if (end !== undefined && !this.#finished) add('marker-missing', `no line "lastref: end ${end}"`);
    if (this.#ledger.more > 0) add('unscanned', `${this.#ledger.more} more reports are not listed`);
    if (this.#multiShot === false && splats.some((splat) => splat.class.startsWith('KASAN'))) {
      add('reporter-off', 'KASAN reports once per boot without kasan_multi_shot');
    }
    const lockdep = splats.find((splat) => splat.class === 'LOCKDEP' && !/^BUG: /.test(splat.title));
    if (lockdep === undefined) return this.#losses.all();
    add('reporter-off', 'lockdep stops after its first report', { at: lockdep.end });
    const { noise } = lockdep;
    if (noise === null) return this.#losses.all();
    return this.#losses
      .all()
      .map((loss) => (loss.detail.startsWith('lockdep ') ? { ...loss, accepted: noise } : loss));
  }
}

/** Judges a whole log at once. */
export function judgeConsole(bytes: Uint8Array, options: ScanOptions = {}): ConsoleReport {
  const scanner = new ConsoleScanner(options);
  scanner.push(bytes);
  return scanner.end();
}
