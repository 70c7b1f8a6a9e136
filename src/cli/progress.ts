import { EventLog } from '../artifacts/events.js';
import type { BuildProgress } from '../images/progress.js';
import type { ProgressEvent } from '../report/progress.js';
import { styleFor } from '../report/style.js';
import { terminalReport } from '../report/terminal.js';

/** Where progress goes: the run's events.jsonl, and standard output, as lines in a log or redrawn in place on a terminal. */
export class Watcher {
  readonly #report: (event: ProgressEvent) => string;
  readonly #since = performance.now();
  readonly #ticks: NodeJS.Timeout;
  /** Events from before the run had a directory; null once they are written there. */
  #early: ProgressEvent[] | null = [];
  #log: EventLog | undefined;

  readonly #stream: NodeJS.WriteStream;

  /** `stream` is standard output unless that is for something else. */
  constructor(stream: NodeJS.WriteStream = process.stdout) {
    this.#stream = stream;
    const style = styleFor(stream, process.env);
    this.#report = terminalReport(style);
    this.#ticks = setInterval(
      () => this.tell({ kind: 'tick', t: this.now() }),
      style.live ? 1000 : 3_600_000,
    );
    this.#ticks.unref();
  }

  /** ms since the run started. */
  now(): number {
    return performance.now() - this.#since;
  }

  tell(event: ProgressEvent): void {
    this.#stream.write(this.#report(event));
    if (event.kind === 'tick' || event.kind === 'run-end') return;
    if (this.#early === null) this.#write(event);
    else this.#early.push(event);
  }

  /** From now on, and for what was told before, events are kept in a file too. */
  keep(file: string): void {
    this.#log = new EventLog(file);
    for (const event of this.#early ?? []) this.#write(event);
    this.#early = null;
  }

  #write({ kind, t, ...rest }: ProgressEvent): void {
    this.#log?.append({ source: 'run', event: kind, t, ...rest });
  }

  notice(text: string, level: 'info' | 'warning' = 'info'): void {
    this.tell({ kind: 'notice', t: this.now(), level, text });
  }

  build(what: 'kernel' | 'rootfs', name: string, progress: BuildProgress): void {
    this.tell(buildEvent(what, name, progress, this.now()));
  }

  built(what: 'kernel' | 'rootfs', name: string, durationMs: number, cached: boolean): void {
    this.tell({ kind: 'build-end', t: this.now(), what, name, cached, durationMs });
  }

  end(): void {
    clearInterval(this.#ticks);
    this.#log?.close();
  }
}

/** A build's progress as an event at `t`. The numbers are fields: a log gets a line when they move on, not at every object. */
export function buildEvent(
  what: 'kernel' | 'rootfs',
  name: string,
  { phase, message, done, expected, secondsLeft }: BuildProgress,
  t: number,
): Extract<ProgressEvent, { kind: 'build-progress' }> {
  return {
    kind: 'build-progress',
    t,
    what,
    name,
    doing: phase === 'compile' ? 'compiling' : message,
    done: done ?? null,
    expected: expected ?? null,
    leftMs: secondsLeft === undefined ? null : secondsLeft * 1000,
  };
}
