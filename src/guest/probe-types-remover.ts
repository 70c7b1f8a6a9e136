import type { EventWait, ProbeEvent } from './probe-client.js';
import type { ProbeFields } from './probe-protocol.js';
import { bigintOf, type Limits, numberOf, TypedProbe } from './probe-types.js';

/** Where a process stands in the kernel. */
export interface ProcessSample {
  readonly pid: number;
  /** D: waits and takes no signal. */
  readonly state: string;
  /** Symbol it waits in, `0` when it runs. */
  readonly wchan: string;
  /** Functions of the kernel stack, innermost first; null where it could not be read. */
  readonly stack: readonly string[] | null;
  /** Switches and CPU ticks: equal in two samples means that the process stood still in between. */
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly cpuTicks: number;
  /** Time-stamp counter of the guest when the look was over. */
  readonly tsc: bigint;
}

export interface WriteResult {
  /** Bytes written, or -1. */
  readonly bytes: number;
  readonly errno: string | null;
  /** From before open(2) to after write(2). */
  readonly elapsedMs: number;
  /** The signal that ended the writer before it had an answer, or null. */
  readonly signal: string | null;
  readonly event: ProbeEvent;
}

/** A write that has been started; it may never return. */
export interface PendingWrite {
  readonly name: string;
  readonly pid: number;
  /** Settles when the write returns, with or without an error; rejects when the probe dies. */
  readonly done: Promise<WriteResult>;
  untilDone(wait?: EventWait): Promise<WriteResult>;
  /** Throws ProbeRefusal (ESRCH) when the write has returned. */
  sample(limits?: Limits): Promise<ProcessSample>;
}

/** REMOVER_VERSION of guests/probes/remover/remover.h. */
const version = 1;

function resultOf(event: ProbeEvent): WriteResult {
  const { fields } = event;
  const signal = fields['signal'] ?? null;
  return {
    bytes: signal === null ? Math.max(-1, numberOf(fields, 'res')) : -1,
    errno: fields['errno'] ?? null,
    elapsedMs: signal === null ? numberOf(fields, 'elapsed_us') / 1000 : Number.NaN,
    signal,
    event,
  };
}

function sampleOf(fields: ProbeFields): ProcessSample {
  const { stack } = fields;
  return {
    pid: numberOf(fields, 'pid'),
    state: fields['state'] ?? '?',
    wchan: fields['wchan'] ?? '0',
    stack: stack === undefined ? null : stack.split(',').filter((frame) => frame !== ''),
    voluntarySwitches: numberOf(fields, 'voluntary'),
    involuntarySwitches: numberOf(fields, 'nonvoluntary'),
    cpuTicks: numberOf(fields, 'utime') + numberOf(fields, 'stime'),
    tsc: bigintOf(fields, 'tsc'),
  };
}

/** True when the process did not move from one sample to the other. */
export function stoodStill(one: ProcessSample, other: ProcessSample): boolean {
  return (
    one.pid === other.pid &&
    one.stack?.join() === other.stack?.join() &&
    one.wchan === other.wchan &&
    one.voluntarySwitches === other.voluntarySwitches &&
    one.cpuTicks === other.cpuTicks
  );
}

/** The remover probe: writes that may block for ever, each in a process that can be looked at. */
export class RemoverProbe extends TypedProbe {
  ready(limits: Limits = {}): Promise<number> {
    return this.client.ready(version, limits);
  }

  /**
   * Starts writing `value` to a sysfs file (or any other) and returns at once. With `at` the value is hexadecimal
   * bytes, written at that offset.
   */
  async write(
    path: string,
    value: string,
    options: Limits & { readonly at?: number | undefined } = {},
  ): Promise<PendingWrite> {
    const { at, ...limits } = options;
    const name = this.client.nextName('write');
    const fields = await this.ask('write', [name, path, value], { ...limits, options: { at } });
    const pid = numberOf(fields, 'pid');
    const isIt = (event: ProbeEvent): boolean => event.fields['name'] === name;
    const done = this.watch('done', isIt).then(resultOf);
    done.catch(() => undefined); // whoever awaits it hears of it
    return {
      name,
      pid,
      done,
      untilDone: async (wait = {}) =>
        resultOf(await this.untilEvent('done', isIt, { name: `finish writing ${path}`, ...wait })),
      // By name: the pid may be somebody else's once the write has returned.
      sample: async (sampling = {}) => sampleOf(await this.ask('stack', [name], sampling)),
    };
  }

  /** A look at any process or thread of the guest. */
  async sample(pid: number, limits: Limits = {}): Promise<ProcessSample> {
    return sampleOf(await this.ask('stack', [], { ...limits, options: { pid } }));
  }
}
