import { type Deferred, deferred } from '../kit/deferred.js';
import { LastrefError, messageOf } from '../kit/errors.js';
import { oneLine } from '../kit/terminal-safe.js';
import { type Wait, within } from '../kit/wait.js';
import {
  decodeLine,
  encodeRequest,
  type ProbeFields,
  type ProbeReply,
  type ProbeValue,
} from './probe-protocol.js';

/** How a probe ended. `stderr` is what it said last outside the protocol. */
export interface ProbeEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr?: string;
}

/** A running probe's ends. `lines` must end when the probe is gone (linesOf cuts a byte stream into them). */
export interface ProbeTransport {
  write(text: string): void;
  /** Closes the probe's standard input; it exits then, unless it lingers. */
  end(): void;
  readonly lines: AsyncIterable<string>;
  readonly closed: Promise<ProbeEnd>;
}

export interface ProbeEvent {
  /** Number of the event since the probe started: `after` of untilEvent. */
  readonly index: number;
  readonly name: string;
  readonly fields: ProbeFields;
}

export interface ProbeClientOptions {
  readonly name: string;
  /** Every deadline is multiplied by it: how much slower this guest is than the reference. */
  readonly scale?: number;
  /** Evidence log: `>` is what we said, `<` what the probe said, both without the newline. */
  readonly onLine?: (direction: '>' | '<', text: string) => void;
  readonly onEvent?: (event: ProbeEvent) => void;
  /** Aborts when the guest is gone. */
  readonly signal?: AbortSignal | undefined;
}

export interface RequestOptions {
  /** Before scaling, in ms; 30 s unless told. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly options?: Readonly<Record<string, ProbeValue | undefined>>;
  readonly route?: string;
}

export interface EventWait {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Looks only at events later than this index. */
  readonly after?: number;
  /** Child whose end makes waiting pointless. */
  readonly route?: string;
  /** Ends the sentence "gave up waiting for probe p2pmem to …". */
  readonly name?: string;
}

interface Expected<T> {
  readonly verb: string;
  readonly route: string;
  readonly done: Deferred<T>;
}

interface Watcher extends Expected<ProbeEvent> {
  readonly wants: (event: ProbeEvent) => boolean;
}

/** Events that are kept; a probe that floods us loses its oldest ones. */
const historyLimit = 20_000;
const defaultDeadlineMs = 30_000;

/** True for a child and its descendants. */
function isUnder(route: string, path: string): boolean {
  return route === path || route.startsWith(`${path}/`);
}

/** Speaks to one running probe: requests answered by number, events seen by everyone who asks, early or late. */
export class ProbeClient {
  readonly name: string;
  /** Resolves when the probe is gone and everything it said has been read. */
  readonly closed: Promise<ProbeEnd>;
  readonly #transport: ProbeTransport;
  readonly #options: ProbeClientOptions;
  readonly #pending = new Map<number, Expected<ProbeReply>>();
  readonly #watchers = new Set<Watcher>();
  #history: ProbeEvent[] = [];
  #eventCount = 0;
  #seq = 0;
  #names = 0;
  #crash: string | undefined;
  #death: LastrefError | undefined;

  constructor(transport: ProbeTransport, options: ProbeClientOptions) {
    this.name = options.name;
    this.#transport = transport;
    this.#options = options;
    this.closed = this.#serve();
    this.closed.catch(() => undefined);
  }

  /** Waits for the probe's first line and checks that it is the probe, and the version, that we think it is. */
  async ready(version: number, wait: EventWait = {}): Promise<number> {
    const { fields } = await this.untilEvent('ready', (event) => event.fields['from'] === undefined, {
      name: 'start',
      ...wait,
    });
    if (fields['probe'] !== this.name || fields['version'] !== String(version)) {
      throw new LastrefError(
        `expected probe ${this.name} version ${version}, got ${JSON.stringify(fields['probe'])} version ${JSON.stringify(fields['version'])}`,
        { blame: 'harness', hint: 'the guest runs an old probe: remove it and push the compiled one again' },
      );
    }
    return Number(fields['pid']);
  }

  /** It ended; nothing that is asked of it will be answered. */
  get isGone(): boolean {
    return this.#death !== undefined;
  }

  /** A name that no other thing of this probe has. */
  nextName(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  /** Sends one request and waits for its reply, in whatever order replies come. An `err` reply is a value here. */
  async request(
    verb: string,
    args: readonly ProbeValue[] = [],
    options: RequestOptions = {},
  ): Promise<ProbeReply> {
    if (this.#death !== undefined) throw this.#death;
    this.#seq += 1;
    const seq = this.#seq;
    const route = options.route ?? '';
    const line = encodeRequest({ seq, verb, args, route, options: options.options ?? {} });
    const expected: Expected<ProbeReply> = { verb, route, done: deferred() };
    this.#pending.set(seq, expected);
    try {
      return await within(this.waitFor(`answer ${verb}`, options), () => {
        this.#options.onLine?.('>', line.trimEnd());
        this.#transport.write(line);
        return expected.done.promise;
      });
    } finally {
      this.#pending.delete(seq);
    }
  }

  /** The first event of that name that satisfies `predicate`: one from the past, or the next to come. */
  async untilEvent(
    name: string,
    predicate: (event: ProbeEvent) => boolean = () => true,
    wait: EventWait = {},
  ): Promise<ProbeEvent> {
    const after = wait.after ?? -1;
    const wants = (event: ProbeEvent): boolean => event.index > after && predicate(event);
    const watcher = this.#watch(name, wants, wait.route ?? '');
    try {
      return await within(this.waitFor(wait.name ?? `report ${name}`, wait), () => watcher.done.promise);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  /** Like untilEvent without a deadline of its own: for promises that a scenario holds and races itself. */
  watch(name: string, predicate: (event: ProbeEvent) => boolean, route = ''): Promise<ProbeEvent> {
    return this.#watch(name, predicate, route).done.promise;
  }

  #watch(name: string, predicate: (event: ProbeEvent) => boolean, route: string): Watcher {
    const wants = (event: ProbeEvent): boolean => event.name === name && predicate(event);
    const watcher: Watcher = { verb: name, route, done: deferred(), wants };
    const past = this.#history.find(wants);
    if (past !== undefined) watcher.done.resolve(past);
    else if (this.#death !== undefined) watcher.done.reject(this.#death);
    else this.#watchers.add(watcher);
    return watcher;
  }

  /** Events so far, oldest first. */
  events(name?: string): readonly ProbeEvent[] {
    return name === undefined ? [...this.#history] : this.#history.filter((event) => event.name === name);
  }

  /** Lets the probe end (its input closes) and waits until it is gone. */
  async close(wait: EventWait = {}): Promise<ProbeEnd> {
    this.#transport.end();
    return within(this.waitFor('exit', wait), () => this.closed);
  }

  /** A wait for this probe to do something: named, scaled, ended by the guest's end. */
  waitFor(doing: string, options: Pick<RequestOptions, 'deadlineMs' | 'signal'> = {}): Wait {
    const signals = [this.#options.signal, options.signal].filter((signal) => signal !== undefined);
    return {
      name: `probe ${this.name} to ${doing}`,
      deadlineMs: (options.deadlineMs ?? defaultDeadlineMs) * (this.#options.scale ?? 1),
      signal: signals.length > 1 ? AbortSignal.any(signals) : signals[0],
      blame: 'test',
    };
  }

  async #serve(): Promise<ProbeEnd> {
    try {
      for await (const text of this.#transport.lines) {
        this.#options.onLine?.('<', text);
        this.#hear(text);
      }
      const end = await this.#transport.closed;
      this.#die(this.#crash ?? describeEnd(end));
      return end;
    } catch (error) {
      this.#die(messageOf(error), error);
      throw error;
    }
  }

  #hear(text: string): void {
    const line = decodeLine(text);
    if (line.kind === 'noise') return;
    if (line.kind !== 'event') {
      this.#pending.get(line.seq)?.done.resolve(line);
      return;
    }
    const event: ProbeEvent = { index: this.#eventCount, name: line.name, fields: line.fields };
    this.#eventCount += 1;
    this.#history.push(event);
    if (this.#history.length > historyLimit) this.#history = this.#history.slice(historyLimit / 2);
    this.#options.onEvent?.(event);
    for (const watcher of this.#watchers) {
      if (!watcher.wants(event)) continue;
      this.#watchers.delete(watcher);
      watcher.done.resolve(event);
    }
    const { from, name } = event.fields;
    if (event.name === 'crash' && from === undefined) this.#crash = describeCrash(event.fields);
    if (event.name === 'exit' && name !== undefined) {
      this.#loseChild(from === undefined ? name : `${from}/${name}`, event.fields);
    }
  }

  /** A child is gone: nobody will answer what it was asked. */
  #loseChild(path: string, fields: ProbeFields): void {
    const how = oneLine(
      fields['signal'] === undefined ? `exited with code ${fields['code']}` : `killed by ${fields['signal']}`,
    );
    for (const expected of [...this.#pending.values(), ...this.#watchers]) {
      if (isUnder(expected.route, path))
        expected.done.reject(this.#deathOf(`${this.name}@${path}`, how, expected));
    }
    for (const watcher of this.#watchers) if (isUnder(watcher.route, path)) this.#watchers.delete(watcher);
  }

  #die(how: string, cause?: unknown): void {
    this.#death = this.#deathOf(this.name, how, undefined, cause);
    for (const expected of [...this.#pending.values(), ...this.#watchers]) {
      expected.done.reject(this.#deathOf(this.name, how, expected, cause));
    }
    this.#watchers.clear();
  }

  #deathOf(who: string, how: string, expected?: { verb: string }, cause?: unknown): LastrefError {
    const during = expected === undefined ? '' : ` (while ${expected.verb} was awaited)`;
    return new LastrefError(`probe ${who} died: ${how}${during}`, {
      blame: 'test',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

function describeCrash(fields: ProbeFields): string {
  return oneLine(`${fields['signal']} ${fields['code']} at ${fields['addr']}`);
}

function describeEnd(end: ProbeEnd): string {
  const stderr = oneLine(end.stderr?.slice(-300) ?? '', 300);
  const said = stderr === '' ? '' : `: ${stderr}`;
  if (end.signal !== null) return `killed by ${end.signal}${said}`;
  if (end.code !== null) return `exited with code ${end.code}${said}`;
  return `its connection closed${said}`;
}
