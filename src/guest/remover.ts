import { LastrefError } from '../kit/errors.js';
import { within } from '../kit/wait.js';
import type { ProbeClient } from './probe-client.js';
import { fieldsOfReply } from './probe-client-errors.js';

/** How a removal ended. `errno` is null when it succeeded. */
export interface RemovalResult {
  readonly errno: string | null;
  readonly elapsedMs: number;
}

/** Where the remover stands right now, from /proc/PID. Stack symbols come innermost first, without offsets. */
export interface RemovalSample {
  readonly state: string;
  readonly wchan: string;
  readonly stack: readonly string[];
  /** Context switches so far: two equal numbers mean that it did not run in between. */
  readonly switches: number;
}

/** A write to sysfs that takes a device away, under way in a process of its own. */
export class Removal {
  readonly name: string;
  readonly #probe: ProbeClient;
  readonly #job: string;
  readonly #started: Promise<void>;
  readonly #done: Promise<RemovalResult>;
  #result: RemovalResult | null = null;

  constructor(probe: ProbeClient, name: string, file: string, value: string) {
    this.name = name;
    this.#probe = probe;
    this.#job = probe.nextName('job');
    this.#done = this.#finish();
    this.#done.catch(() => undefined); // whoever awaits finished() hears of it
    this.#started = this.#start(file, value);
    this.#started.catch(() => undefined);
  }

  /** Null while it is under way. */
  get result(): RemovalResult | null {
    return this.#result;
  }

  /** Waits until the write has returned; `deadlineMs` is final (already stretched). */
  async finished(deadlineMs: number): Promise<RemovalResult> {
    await this.#started;
    return within({ name: `${this.name} to return`, deadlineMs }, () => this.#done);
  }

  /** State and kernel stack of the process that writes. */
  async sample(): Promise<RemovalSample> {
    await this.#started;
    const reply = await this.#probe.request('stack', [this.#job]);
    // It may have returned, and its process be gone, a moment ago.
    if (reply.kind === 'err' && reply.errno === 'ESRCH')
      return { state: 'gone', wchan: '', stack: [], switches: 0 };
    const fields = fieldsOfReply('remover', 'stack', reply);
    return {
      state: fields['state'] ?? '?',
      wchan: fields['wchan'] ?? '',
      stack: (fields['stack'] ?? '').split(/[\s,]+/).filter((symbol) => symbol !== ''),
      switches: Number(fields['voluntary'] ?? 0) + Number(fields['nonvoluntary'] ?? 0),
    };
  }

  async #start(file: string, value: string): Promise<void> {
    fieldsOfReply('remover', 'write', await this.#probe.request('write', [this.#job, file, value]));
  }

  async #finish(): Promise<RemovalResult> {
    const { fields } = await this.#probe.watch('done', (event) => event.fields['name'] === this.#job);
    if (fields['signal'] !== undefined) {
      throw new LastrefError(`${this.name} was killed by ${fields['signal']}`, { blame: 'kernel' });
    }
    this.#result = { errno: fields['errno'] ?? null, elapsedMs: Number(fields['elapsed_us'] ?? 0) / 1000 };
    return this.#result;
  }
}

/** Starts removals through the remover probe of one guest. */
export class Remover {
  readonly #probe: ProbeClient;
  readonly #record: (event: string, fields: Readonly<Record<string, unknown>>) => void;

  constructor(
    probe: ProbeClient,
    record: (event: string, fields: Readonly<Record<string, unknown>>) => void,
  ) {
    this.#probe = probe;
    this.#record = record;
  }

  /** Begins to write `value` to `file`. Returns at once. */
  start(name: string, file: string, value: string): Removal {
    this.#record('removal-started', { removal: name, file, value });
    return new Removal(this.#probe, name, file, value);
  }
}
