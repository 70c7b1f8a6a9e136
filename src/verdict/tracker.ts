import type { SplatLedger } from './ledger.js';
import type { LogLine } from './line.js';
import { OpenReport } from './open.js';
import type { Match } from './rules/match.js';
import type { Rule } from './rules/rule.js';

const mostOpen = 16;
/** Own lines that do not look like a report, after which a report is over. */
const patience = { lead: 12, ended: 1, tagged: 40, untagged: 120 };
/** Bytes of anything, or seconds of guest time, behind a report's last own line, after which its writer is given up. */
const abandoned = { bytes: 128 * 1024, seconds: 60 };
/** Families after whose end marker registers and notes still follow. */
const lingering: readonly string[] = ['oops', 'bug'];

/** What becomes of a line that starts a report while another one of its context is open. */
type Fate = 'part' | 'promote' | 'new' | 'end';

/** Keeps the reports that are being written, one a context (printk caller), and says when each is over. */
export class ReportTracker {
  readonly #open = new Map<string, OpenReport>();
  readonly #ledger: SplatLedger;
  readonly #closed: (report: OpenReport) => void;
  readonly #ended: (report: OpenReport) => void;

  /** `ended` is called at a report's end marker, `closed` when nothing can be added to it any more. */
  constructor(
    ledger: SplatLedger,
    on: { readonly ended: (report: OpenReport) => void; readonly closed: (report: OpenReport) => void },
  ) {
    this.#ledger = ledger;
    this.#ended = on.ended;
    this.#closed = on.closed;
  }

  get busy(): boolean {
    return this.#open.size > 0;
  }

  /** True while a report of this context is being written. */
  reporting(caller: string): boolean {
    return this.#open.get(caller)?.isLead === false;
  }

  /** Marks all open reports as damaged. */
  damage(reason: string): void {
    for (const report of this.#open.values()) report.cut ??= reason;
  }

  line(match: Match | null, line: LogLine, raw: string): void {
    const open = this.#open.get(line.caller);
    if (match !== null) this.#start(match, line, raw, open);
    else if (open !== undefined) this.#grow(open, line, raw);
    else this.#adopt(line, raw);
    this.#abandon(line);
  }

  /** The log is over. Returns true when it ends inside a report that should have an end. */
  end(): boolean {
    const open = [...this.#open.values()];
    // A panicking kernel goes down without an end marker (panic=-1).
    const inside = open.some(
      (report) => !report.isLead && !report.ended && !report.panicked && report.match.rule.end !== undefined,
    );
    for (const report of open) this.#close(report);
    return inside;
  }

  #start(match: Match, line: LogLine, raw: string, open: OpenReport | undefined): void {
    const { rule } = match;
    if (open !== undefined) {
      const fate = fateOf(open, rule, line);
      if (fate === 'promote') {
        open.promote(match, line, raw);
        if (rule.family === 'panic') open.panicked = true;
        return;
      }
      if (fate === 'end') {
        this.#grow(open, line, raw);
        return;
      }
      if (fate === 'part') {
        const closing = line.text.startsWith('---[ end');
        if ((rule.family === 'panic' && !closing) || rule.family === 'lockdep')
          open.aftermath.push(titleOf(line.text));
        if (rule.family === 'panic') open.panicked = true;
        open.join(rule, line, raw);
        return;
      }
      if (!open.ended && open.lines.length < 4) open.cut ??= 'another report cuts into it';
      this.#close(open);
    }
    if (rule.secondary === true && this.#blameEarlier(line)) return;
    while (this.#open.size >= mostOpen) {
      const [oldest] = this.#open.values();
      if (oldest === undefined) break;
      this.#close(oldest);
    }
    const report = new OpenReport(match, line, raw);
    report.panicked = rule.family === 'panic';
    this.#open.set(line.caller, report);
  }

  /** A panic that only follows from an earlier report is that report's aftermath, whoever prints it. */
  #blameEarlier(line: LogLine): boolean {
    const open = [...this.#open.values()].find((report) => !report.isLead);
    if (open === undefined) return this.#ledger.addPanic(titleOf(line.text));
    open.aftermath.push(titleOf(line.text));
    open.panicked = true;
    return true;
  }

  #grow(open: OpenReport, line: LogLine, raw: string): void {
    open.add(line, raw);
    if (!open.allCpus && line.text.includes('NMI'))
      open.allCpus = /Sending NMI|NMI backtrace/.test(line.text);
    if (open.match.rule.end?.test(line.text) === true && !open.ended) {
      open.ended = true;
      if (!lingering.includes(open.family)) {
        this.#close(open);
        return;
      }
      this.#ended(open);
    }
    const over = open.panicked && /^---\[ end Kernel panic/.test(line.text);
    if (over || open.quiet >= patienceWith(open)) this.#close(open);
  }

  /** Lines of other contexts that a report asked for (the other CPUs' stacks), or whose first line lost its prefix. */
  #adopt(line: LogLine, raw: string): void {
    for (const open of this.#open.values()) {
      if (open.allCpus && line.caller.startsWith('C')) {
        open.add(line, raw);
        return;
      }
      if (open.caller === '' && open.lines.length === 1 && line.caller !== '') {
        this.#open.delete('');
        open.caller = line.caller;
        this.#open.set(line.caller, open);
        this.#grow(open, line, raw);
        return;
      }
    }
  }

  #abandon(line: LogLine): void {
    for (const open of this.#open.values()) {
      const silent =
        line.time !== null && open.lastTime !== null && line.time - open.lastTime > abandoned.seconds;
      if (silent || line.end - open.lastAt > abandoned.bytes) this.#close(open);
    }
  }

  #close(open: OpenReport): void {
    this.#open.delete(open.caller);
    this.#closed(open);
  }
}

function isTagged(open: OpenReport): boolean {
  return open.caller !== '' && open.caller !== 'console';
}

function patienceWith(open: OpenReport): number {
  if (open.isLead) return patience.lead;
  if (open.ended) return patience.ended;
  return isTagged(open) ? patience.tagged : patience.untagged;
}

function fateOf(open: OpenReport, rule: Rule, line: LogLine): Fate {
  if (open.isLead) {
    const another = rule.lead === 'silent' || (rule.lead === 'named' && open.match.rule.lead === 'named');
    return another ? 'part' : 'promote';
  }
  if (rule.once === true && open.has(rule)) return 'new';
  // A decoded log repeats the headline, once for each inlined function.
  if (open.lines.length - open.head <= 8 && stem(open.headline) === stem(line.text)) return 'part';
  if (!open.ended && open.match.rule.end?.test(line.text) === true) return 'end';
  if (rule.family === 'panic') return 'part';
  if (rule.joins?.includes(open.family) === true) return 'part';
  if (open.match.rule.absorbs?.includes(rule.family) === true) return 'part';
  if (rule.lead === 'silent' && rule.id !== 'cut-here') return 'part';
  // Printing a report takes locks: what lockdep finds meanwhile is the printing's doing.
  const printing =
    ['warn', 'bug', 'oops', 'sanitizer'].includes(open.family) && !open.ended && isTagged(open);
  return rule.family === 'lockdep' && printing ? 'part' : 'new';
}

function titleOf(text: string): string {
  return text.replace(/^-+\[ |\s+$/g, '').slice(0, 200);
}

/** A headline up to the function it names, when it tells a source line. */
function stem(text: string): string {
  const named = /^(.{8,120}? (?:in|at) )[\w.$+/]+ .*?[\w./-]+\.[chS]:\d+/.exec(text)?.[1];
  return named ?? /^.*? at \S+:\d+ /.exec(text)?.[0] ?? text;
}
