import type { Attempt, Storage } from './owner.js';
import type { GuestUnderTest } from './under-test.js';

const subsystem = '/sys/kernel/config/nvmet/subsystems/lastref';
const namespace = `${subsystem}/namespaces/1`;

/** A namespace of the NVMe target in the guest, backed by a disk, that may use peer memory (nvmet's configfs). */
export class NvmetNamespace {
  readonly #guest: GuestUnderTest;

  private constructor(guest: GuestUnderTest) {
    this.#guest = guest;
  }

  /** Makes it, not enabled. Needs the capability `nvmet`, which mounts configfs. */
  static async make(guest: GuestUnderTest, disk: Pick<Storage, 'node'>): Promise<NvmetNamespace> {
    await guest.run(['mkdir', '-p', subsystem]);
    await guest.run(['mkdir', '-p', namespace]);
    await guest.write(`${namespace}/device_path`, disk.node);
    return new NvmetNamespace(guest);
  }

  /** Whose memory it is to use: a BDF, `1` for whoever is near, `0` for none. */
  useMemoryOf(who: string): Promise<Attempt> {
    return this.#set('p2pmem', who);
  }

  /** Whose memory it says that it uses. */
  async memory(): Promise<string> {
    return (await this.#guest.read(`${namespace}/p2pmem`)).trim();
  }

  enable(): Promise<Attempt> {
    return this.#set('enable', '1');
  }

  async disable(): Promise<void> {
    await this.#set('enable', '0');
  }

  /** Takes the target away; its disk is free then. */
  async remove(): Promise<void> {
    await this.#guest.run(['rmdir', namespace]);
    await this.#guest.run(['rmdir', subsystem]);
  }

  /** Enables and disables it, and again. Resolves with how often both worked. */
  toggle(times: number): Promise<number> {
    return this.#alternate('enable', ['1', '0'], times);
  }

  /** Names `who` and then nobody as the owner of the memory, and again. Resolves with how often both worked. */
  takeAndLeave(who: string, times: number): Promise<number> {
    return this.#alternate('p2pmem', [who, '0'], times);
  }

  async #alternate(attribute: string, [on, off]: readonly [string, string], times: number): Promise<number> {
    const loop =
      'worked=0; for i in $(seq $3); do echo $1 > $0 && echo $2 > $0 && worked=$((worked + 1)); done; echo $worked';
    const words = ['sh', '-c', loop, `${namespace}/${attribute}`, on, off, String(times)];
    return Number(await this.#guest.run(words, 60_000));
  }

  #set(attribute: string, value: string): Promise<Attempt> {
    return this.#guest.tryWrite(`${namespace}/${attribute}`, value);
  }
}
