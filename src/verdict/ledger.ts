import type { OpenReport } from './open.js';
import type { Splat } from './types.js';

/** Kept at most; more are counted, and the count is a loss. */
const mostSplats = 500;
const mostAftermath = 20;
/** Guest seconds after an oops in which other reports are taken for its consequence. */
const deathThroesSeconds = 120;

interface Entry {
  splat: Splat;
  /** Offset of the headline, by which the splats are ordered. */
  readonly at: number;
  readonly caller: string;
  readonly time: number | null;
  /** Still growing, perhaps. */
  report: OpenReport | null;
}

/** The splats found so far, and which of them only follow from an earlier one. */
export class SplatLedger {
  readonly #entries: Entry[] = [];
  #more = 0;

  /** Splats beyond what is kept. */
  get more(): number {
    return this.#more;
  }

  /** Adds a report, or what became of one added before; false when it went into an earlier splat's aftermath. */
  add(report: OpenReport, splat: Splat): boolean {
    if (report.merged) return false;
    const known = this.#entries.find((entry) => entry.report === report);
    if (known !== undefined) {
      const later = known.splat.aftermath.filter((title) => !splat.aftermath.includes(title));
      known.splat = { ...splat, aftermath: [...splat.aftermath, ...later].slice(0, mostAftermath) };
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
      return false;
    }
    if (this.#entries.length >= mostSplats) this.#more++;
    else this.#entries.push({ splat, report, at: report.headAt, caller: report.caller, time: report.time });
    return true;
  }

  /** Nothing can be added to the report any more: its lines need not be kept. */
  settle(report: OpenReport): void {
    const entry = this.#entries.find((one) => one.report === report);
    if (entry !== undefined) entry.report = null;
  }

  /** The latest splat led to this panic; false when there is none. */
  addPanic(title: string): boolean {
    const last = this.#entries.at(-1);
    if (last === undefined) return false;
    const aftermath = [...last.splat.aftermath, title].slice(0, mostAftermath);
    last.splat = { ...last.splat, aftermath, fatal: true };
    return true;
  }

  /** In the order of their headlines: an interleaved report may be complete before an earlier one. */
  all(): Splat[] {
    return [...this.#entries].sort((a, b) => a.at - b.at).map((entry) => entry.splat);
  }

  /** The splats since the last boot: behind a reboot, or a clock that went back. */
  #sameBoot(time: number | null): Entry[] {
    const start = this.#entries.findLastIndex(
      (entry) =>
        entry.splat.class === 'REBOOT' || (time !== null && entry.time !== null && entry.time > time + 1),
    );
    return this.#entries.slice(start + 1);
  }

  #causeOf(report: OpenReport, splat: Splat): Entry | undefined {
    if (splat.class === 'REBOOT') return undefined;
    const boot = this.#sameBoot(report.time);
    const last = boot.at(-1);
    if (last === undefined) return undefined;
    const sameCaller = last.caller === report.caller;
    if (report.match.rule.follows !== undefined && last.splat.title.startsWith('BUG: ') && sameCaller)
      return last;
    // The detectors of stalls repeat themselves while it lasts.
    const again = boot.find(
      (entry) => entry.splat.class === 'HANG' && entry.splat.fingerprint === splat.fingerprint,
    );
    if (again !== undefined) return again;
    // Once a kernel has oopsed, what it reports next says little: it is listed, not judged on its own.
    const dead = boot.find(
      (entry) =>
        entry.splat.fatal && entry.splat.noise === null && entry.at < report.headAt && isSoon(entry, report),
    );
    if (dead !== undefined) return dead;
    const pid = splat.facts['pid'];
    const sameTask = sameCaller || (pid !== undefined && last.splat.facts['pid'] === pid);
    return splat.fatal && /^K(?:ASAN|FENCE|MSAN)/.test(last.splat.class) && sameTask ? last : undefined;
  }
}

function isSoon(entry: Entry, report: OpenReport): boolean {
  return entry.time === null || report.time === null || report.time - entry.time < deathThroesSeconds;
}
