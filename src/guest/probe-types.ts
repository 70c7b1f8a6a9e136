import { LastrefError } from '../kit/errors.js';
import { within } from '../kit/wait.js';
import type { EventWait, ProbeClient, ProbeEvent, RequestOptions } from './probe-client.js';
import { fieldsOfReply } from './probe-client-errors.js';
import type { ProbeFields, ProbeReply, ProbeValue } from './probe-protocol.js';

/** Deadline (before scaling) and abort signal of one request. */
export interface Limits {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A descriptor that a probe holds open. */
export interface ProbeFd {
  readonly name: string;
  readonly path: string;
}

/** An area of memory in a probe: a mapping of a descriptor, or plain RAM. */
export interface ProbeArea {
  readonly name: string;
  /** As mapped first; mremap may change it. */
  readonly address: bigint;
  readonly length: number;
}

/** Bytes of an area; all of it unless told. */
export interface Range {
  readonly offset?: number;
  readonly length?: number;
}

/** Part of an area that the kernel reads or writes. It may reach past the area's end. */
export interface Segment {
  readonly area: ProbeArea;
  readonly offset: number;
  readonly length: number;
}

/** A signal that an access raised. */
export interface Raised {
  readonly signal: string;
  /** Name of si_code, e.g. BUS_ADRERR. */
  readonly code: string;
  readonly address: bigint;
  /** The kernel named the very address that was touched. */
  readonly exact: boolean;
}

export type Touched = { readonly value: bigint } | Raised;

/** Result of comparing memory with what belongs there. */
export interface Verified {
  readonly words: number;
  readonly mismatches: number;
  /** The first wrong word, or null. */
  readonly first: { readonly offset: number; readonly seen: bigint; readonly expected: bigint } | null;
}

/** How the kernel ended an asynchronous request. */
export interface Completion {
  /** Bytes moved, or -1. */
  readonly bytes: number;
  /** Name of the error, or null. */
  readonly errno: string | null;
  readonly elapsedMs: number;
  readonly event: ProbeEvent;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A field as a number; a probe that leaves it out is broken. */
export function numberOf(fields: ProbeFields, key: string): number {
  const value = Number(fields[key] ?? Number.NaN);
  if (!Number.isSafeInteger(value)) throw brokenField(fields, key);
  return value;
}

export function bigintOf(fields: ProbeFields, key: string): bigint {
  const text = fields[key] ?? '';
  if (!/^(0x[0-9a-f]{1,16}|\d{1,20})$/.test(text)) throw brokenField(fields, key);
  return BigInt(text);
}

function brokenField(fields: ProbeFields, key: string): LastrefError {
  return new LastrefError(
    `a probe's answer has no number in ${key}: ${JSON.stringify(fields[key] ?? null)}`,
    {
      blame: 'harness',
    },
  );
}

export function raisedOf(signal: string, fields: ProbeFields): Raised {
  return {
    signal,
    code: fields['code'] ?? 'UNKNOWN',
    address: bigintOf(fields, 'addr'),
    exact: fields['exact'] === '1',
  };
}

export function processEndOf(fields: ProbeFields): ProcessEnd {
  const signal = fields['signal'] ?? null;
  return { signal, code: signal === null ? numberOf(fields, 'code') : null };
}

/** What the typed probes have in common: a client and the child that is spoken to. */
export abstract class TypedProbe {
  readonly client: ProbeClient;
  /** `a/b` for a child of a child; empty for the probe itself. */
  readonly route: string;

  /** Pid of a child in the guest; the probe's own comes with `ready`. */
  readonly pid: string | undefined;

  constructor(client: ProbeClient, route = '', pid?: string) {
    this.client = client;
    this.route = route;
    this.pid = pid;
  }

  /** The probe's name, with the child's. */
  get label(): string {
    return this.route === '' ? this.client.name : `${this.client.name}@${this.route}`;
  }

  /** One request to this process; any reply is a value. */
  raw(verb: string, args: readonly ProbeValue[] = [], options: RequestOptions = {}): Promise<ProbeReply> {
    return this.client.request(verb, args, { ...options, route: this.route });
  }

  /** One request to this process; throws ProbeRefusal or ProbeFault unless the reply is ok. */
  async ask(
    verb: string,
    args: readonly ProbeValue[] = [],
    options: RequestOptions = {},
  ): Promise<ProbeFields> {
    return this.accept(verb, await this.raw(verb, args, options));
  }

  /** An event of this process (not of its children or parent). */
  untilEvent(
    name: string,
    predicate: (event: ProbeEvent) => boolean = () => true,
    wait: EventWait = {},
  ): Promise<ProbeEvent> {
    return this.client.untilEvent(name, (event) => this.isMine(event) && predicate(event), {
      ...wait,
      route: this.route,
    });
  }

  /** An event of this process, without a deadline. */
  watch(name: string, predicate: (event: ProbeEvent) => boolean): Promise<ProbeEvent> {
    return this.client.watch(name, (event) => this.isMine(event) && predicate(event), this.route);
  }

  /** The fields of an ok reply; anything else is thrown. */
  accept(verb: string, reply: ProbeReply): ProbeFields {
    return fieldsOfReply(this.label, verb, reply);
  }

  protected isMine(event: ProbeEvent): boolean {
    return (event.fields['from'] ?? '') === this.route;
  }

  /** A child's name as its parent knows it. */
  protected get ownName(): string {
    return this.route.slice(this.route.lastIndexOf('/') + 1);
  }

  /** Resolves when this process is gone for good. */
  async untilGone(limits: Limits = {}): Promise<ProcessEnd> {
    const wait = this.client.waitFor(this.route === '' ? 'exit' : `see child ${this.route} exit`, limits);
    if (this.route === '') return within(wait, () => this.client.closed);
    const parent = this.route.slice(0, Math.max(0, this.route.lastIndexOf('/')));
    const isIt = ({ fields }: ProbeEvent): boolean =>
      (fields['from'] ?? '') === parent && fields['name'] === this.ownName && fields['pid'] === this.pid;
    return within(wait, async () => processEndOf((await this.client.watch('exit', isIt, parent)).fields));
  }
}
