import { LastrefError } from '../kit/errors.js';
import { within } from '../kit/wait.js';
import type { RunningGuest } from './guest.js';
import { ProbeRefusal } from './probe-client-errors.js';
import type { ProcessSample, RemoverProbe } from './probe-types-remover.js';
import type { FileWrite } from './removals.js';

/** How a removal ended. `errno` is null when it succeeded. */
export interface RemovalResult {
  readonly errno: string | null;
  readonly elapsedMs: number;
}

/** Whoever carried a removal out died of a signal. */
class CallerKilled extends LastrefError {}

/** A removal that has been begun, whoever carries it out. */
interface UnderWay {
  readonly done: Promise<RemovalResult>;
  /** Where who carries it out stands in the kernel; null when nobody does any more, or not yet. */
  sample(): Promise<ProcessSample | null>;
}

/** A device being taken away, or given back. */
export class Removal {
  readonly name: string;
  readonly #underWay: Promise<UnderWay>;
  readonly #done: Promise<RemovalResult>;
  #result: RemovalResult | null = null;
  #isHeard = false;

  constructor(name: string, underWay: Promise<UnderWay>) {
    this.name = name;
    this.#underWay = underWay;
    this.#done = this.#finish();
    this.#done.catch(() => undefined); // whoever awaits finished() hears of it
  }

  /** Whether anybody asked how it ended. */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  /** Null while it is under way. */
  get result(): RemovalResult | null {
    this.#isHeard ||= this.#result !== null;
    return this.#result;
  }

  /** Waits until it is over; `deadlineMs` is final (already stretched). */
  finished(deadlineMs: number): Promise<RemovalResult> {
    this.#isHeard = true;
    return within({ name: `${this.name} to return`, deadlineMs }, () => this.#done);
  }

  /** Where who carries it out stands in the kernel; null once it is over. */
  async sample(): Promise<ProcessSample | null> {
    try {
      return await (await this.#underWay).sample();
    } catch (error) {
      if (error instanceof ProbeRefusal && error.errno === 'ESRCH') return null;
      throw error;
    }
  }

  async #finish(): Promise<RemovalResult> {
    try {
      this.#result = await (await this.#underWay).done;
      return this.#result;
    } catch (error) {
      this.#isHeard ||= error instanceof CallerKilled; // who killed it knows
      throw error;
    }
  }
}

/** Where a process stands, in a line. */
export function describeSample(sample: ProcessSample | null): string {
  if (sample === null) return 'nobody carries it out';
  return `state ${sample.state}, stack ${sample.stack?.slice(0, 8).join(' < ') || sample.wchan}`;
}

/** Starts removals in one guest: writes to sysfs through the remover probe, requests through QMP. */
export class Remover {
  readonly #guest: RunningGuest;
  readonly #probe: RemoverProbe;
  readonly #begun: Removal[] = [];

  constructor(guest: RunningGuest, probe: RemoverProbe) {
    this.#guest = guest;
    this.#probe = probe;
  }

  /** Those that were begun and of which nobody asked how they ended. */
  get unheard(): readonly Removal[] {
    return this.#begun.filter(({ isHeard }) => !isHeard);
  }

  #begin(name: string, underWay: Promise<UnderWay>): Removal {
    const removal = new Removal(name, underWay);
    this.#begun.push(removal);
    return removal;
  }

  /** Begins to write, one file after the other. Returns at once. */
  write(name: string, writes: readonly FileWrite[]): Removal {
    for (const { file, value, at } of writes)
      this.#record('removal-started', { removal: name, file, value, ...(at === undefined ? {} : { at }) });
    return this.#begin(name, this.#writeAll(name, writes));
  }

  /** Asks QEMU to take device `id` out. Over when QEMU says that it is gone. Returns at once. */
  unplug(name: string, id: string): Removal {
    this.#record('removal-started', { removal: name, device: id });
    return this.#begin(name, this.#unplug(id));
  }

  /** Plugs a device. Over when QEMU has it; the guest finds it in its own time. Returns at once. */
  plug(name: string, device: Readonly<Record<string, unknown>>): Removal {
    this.#record('plug-started', { plug: name, ...device });
    const since = performance.now();
    const done = this.#guest.qmp
      .execute('device_add', device)
      .then(() => ({ errno: null, elapsedMs: performance.now() - since }));
    return this.#begin(name, Promise.resolve({ done, sample: async () => null }));
  }

  /** All but the last are settings: they return at once. */
  async #writeAll(name: string, writes: readonly FileWrite[]): Promise<UnderWay> {
    for (const { file, value, at } of writes.slice(0, -1)) {
      const { errno } = await (await this.#probe.write(file, value, { at })).untilDone();
      if (errno !== null)
        throw new LastrefError(`${name} could not begin: ${file} refused "${value}" with ${errno}`, {
          blame: 'test',
        });
    }
    const last = writes.at(-1);
    if (last === undefined) throw new LastrefError(`${name} writes nothing`, { blame: 'test' });
    const write = await this.#probe.write(last.file, last.value, { at: last.at });
    const done = write.done.then(({ signal, errno, elapsedMs }) => {
      if (signal !== null) throw new CallerKilled(`${name} was killed by ${signal}`, { blame: 'kernel' });
      return { errno, elapsedMs };
    });
    return { done, sample: () => write.sample() };
  }

  async #unplug(id: string): Promise<UnderWay> {
    const { qmp } = this.#guest;
    const since = performance.now();
    const gone = qmp.next('DEVICE_DELETED', ({ device }) => device === id);
    gone.catch(() => undefined); // when QEMU refuses, nobody waits for it any more
    await qmp.execute('device_del', { id });
    const done = gone.then(() => ({ errno: null, elapsedMs: performance.now() - since }));
    return { done, sample: () => this.#worker() };
  }

  /** The kernel thread that empties a slot: of pciehp's interrupt, or the ACPI hotplug worker. */
  async #worker(): Promise<ProcessSample | null> {
    const { stdout } = await this.#guest.exec(['sh', '-c', findWorker]);
    const pid = /\/proc\/(\d+)\/stack/.exec(stdout)?.[1];
    return pid === undefined ? null : this.#probe.sample(Number(pid));
  }

  #record(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#guest.record('scenario', event, fields);
  }
}

/** Both hotplug drivers end in drivers/pci/remove.c:pci_stop_and_remove_bus_device. A constant text without arguments. */
const findWorker = 'grep -l pci_stop_and_remove_bus_device /proc/[0-9]*/stack';
