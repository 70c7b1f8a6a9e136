import type { OpenReport } from './open.js';
import type { Family } from './rules/rule.js';
import type { Splat } from './types.js';

/** Kept at most; more are counted, and the count is a loss. */
const mostSplats = 10_000;
const mostAftermath = 20;
/** Characters of raw text kept in full, over all splats; later ones keep their beginning. */
const mostText = 16 * 1024 * 1024;
const beginning = 2_000;
/** From here on splats are copied, so that they do not hold on to the pieces of log that they were cut from. */
const copiedFrom = 32;
/** Oopses looked back at. */
const mostDead = 32;
/** Guest seconds after an oops in which other reports are taken for its consequence. */
const deathThroesSeconds = 120;

interface Entry {
  splat: Splat;
  /** Offset of the headline, by which the splats are ordered. */
  readonly at: number;
  readonly index: number;
  readonly caller: string;
  readonly family: Family;
  readonly time: number | null;
}

/** The splats found so far, and which of them only follow from an earlier one. */
export class SplatLedger {
  readonly #entries: Entry[] = [];
  /** Those that may still grow. */
  readonly #growing = new Map<OpenReport, Entry>();
  /** The detectors of stalls repeat themselves, and one another. */
  readonly #hangs = new Map<string, Entry>();
  readonly #fatal: Entry[] = [];
  /** The latest time of all entries, and the last reboot among them: where a boot may begin. */
  #latest = 0;
  #rebootAt = -1;
  #text = 0;
  #more = 0;

  /** Splats beyond what is kept. */
  get more(): number {
    return this.#more;
  }

  /** Adds a report, or what became of one added before; false when it went into an earlier splat's aftermath. */
  add(report: OpenReport, splat: Splat): boolean {
    if (report.merged) return false;
    const known = this.#growing.get(report);
    if (known !== undefined) {
      const later = known.splat.aftermath.filter((title) => !splat.aftermath.includes(title));
      known.splat = { ...splat, aftermath: [...splat.aftermath, ...later].slice(0, mostAftermath) };
      this.#noteFatal(known);
      return true;
    }
    const cause = this.#causeOf(report, splat);
    if (cause !== undefined) {
      report.merged = true;
      const adjacent = cause === this.#entries.at(-1) && cause.caller === report.caller;
      const aftermath = [...cause.splat.aftermath, splat.title, ...splat.aftermath].slice(0, mostAftermath);
      cause.splat = {
        ...cause.splat,
        end: adjacent ? Math.max(cause.splat.end, splat.end) : cause.splat.end,
        aftermath,
        fatal: cause.splat.fatal || splat.fatal,
      };
      this.#noteFatal(cause);
      return false;
    }
    if (this.#entries.length < mostSplats) {
      this.#keep(report, splat);
      return true;
    }
    this.#more++;
    report.merged = true;
    return false;
  }

  /** Nothing can be added to the report any more: its lines need not be kept. */
  settle(report: OpenReport): void {
    const entry = this.#growing.get(report);
    if (entry === undefined) return;
    this.#growing.delete(report);
    this.#text += entry.splat.raw.length;
    if (this.#text > mostText) entry.splat = { ...entry.splat, raw: entry.splat.raw.slice(0, beginning) };
    if (entry.index >= copiedFrom) entry.splat = JSON.parse(JSON.stringify(entry.splat)) as Splat;
  }

  /** The latest splat led to this panic; false when there is none. */
  addPanic(title: string): boolean {
    const last = this.#entries.at(-1);
    if (last === undefined) return false;
    const aftermath = [...last.splat.aftermath, title].slice(0, mostAftermath);
    last.splat = { ...last.splat, aftermath, fatal: true };
    this.#noteFatal(last);
    return true;
  }

  /** In the order of their headlines: an interleaved report may be complete before an earlier one. */
  all(): Splat[] {
    return [...this.#entries].sort((a, b) => a.at - b.at).map((entry) => entry.splat);
  }

  #keep(report: OpenReport, splat: Splat): void {
    const index = this.#entries.length;
    const { family, caller, time } = report;
    const entry = { splat, index, at: report.headAt, caller, family, time };
    this.#entries.push(entry);
    this.#growing.set(report, entry);
    for (const key of hangKeys(report, splat)) this.#hangs.set(key, entry);
    if (splat.class === 'REBOOT') this.#rebootAt = index;
    this.#latest = Math.max(this.#latest, report.time ?? 0);
    this.#noteFatal(entry);
  }

  #noteFatal(entry: Entry): void {
    if (entry.splat.fatal && entry.splat.noise === null && this.#fatal.at(-1) !== entry)
      this.#fatal.push(entry);
  }

  /** Index of the first splat of the current boot: behind a reboot, or a clock that went back. */
  #bootStart(time: number | null): number {
    if (time === null || this.#latest <= time + 1) return this.#rebootAt + 1;
    const back = this.#entries.findLastIndex((entry) => entry.time !== null && entry.time > time + 1);
    return Math.max(back, this.#rebootAt) + 1;
  }

  #causeOf(report: OpenReport, splat: Splat): Entry | undefined {
    if (splat.class === 'REBOOT') return undefined;
    const start = this.#bootStart(report.time);
    const last = this.#entries.at(-1);
    if (last === undefined || last.index < start) return undefined;
    // What a program wrote causes nothing, and what the kernel reported did not cause it.
    if (splat.origin === 'userspace' || last.splat.origin === 'userspace') return undefined;
    const sameCaller = last.caller === report.caller;
    const { follows, behind } = report.match.rule;
    const near = behind === undefined || behind.test(last.splat.raw);
    if (follows?.includes(last.family) === true && sameCaller && near) return last;
    for (const key of hangKeys(report, splat)) {
      const again = this.#hangs.get(key);
      if (again !== undefined && again.index >= start) return again;
    }
    // Once a kernel has oopsed, what it reports next says little: it is listed, not judged on its own.
    const dead = this.#fatal
      .slice(-mostDead)
      .find((entry) => entry.index >= start && entry.at < report.headAt && isSoon(entry, report));
    if (dead !== undefined) return dead;
    const { task } = splat;
    const sameTask = sameCaller || (task !== null && last.splat.task?.pid === task.pid);
    return splat.fatal && /^K(?:ASAN|FENCE|MSAN)/.test(last.splat.class) && sameTask ? last : undefined;
  }
}

/** By what a stall is known again: its fingerprint, and for a CPU that loops the function, whichever detector saw it. */
function hangKeys(report: OpenReport, splat: Splat): string[] {
  if (splat.class !== 'HANG') return [];
  const loops =
    report.match.rule.blame?.pick === 'stall' && splat.function !== null && splat.corrupted === null;
  return loops ? [splat.fingerprint, `loops in ${splat.function}`] : [splat.fingerprint];
}

function isSoon(entry: Entry, report: OpenReport): boolean {
  return entry.time === null || report.time === null || report.time - entry.time < deathThroesSeconds;
}
