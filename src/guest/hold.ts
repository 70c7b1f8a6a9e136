import path from 'node:path';
import { LastrefError } from '../kit/errors.js';
import { oneLine } from '../kit/terminal-safe.js';
import { until } from '../kit/wait.js';
import type { RunningGuest } from './guest.js';
import { NvmeTrace } from './nvme-trace.js';

export interface HeldDisk {
  /** QEMU's id of the controller, which is also its name in scenarios. */
  readonly id: string;
  /** Block device in the guest, e.g. `nvme1n1`. */
  readonly block: string;
}

const unlimited = { bps: 0, bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0, iops_wr: 0 };

/**
 * What the bucket is filled with, in bytes. QEMU's throttle is a leaky bucket that lets the first request
 * through whatever its size (util/throttle.c:throttle_compute_wait); after this much at 1 byte/s the next one
 * waits for twelve days.
 */
const primeBytes = 1024 * 1024;

/**
 * Parks the requests of one disk in QEMU's block layer and lets them go again. The limit sits on the device's
 * own BlockBackend (`block_set_io_throttle`), where changing it restarts what is queued at once.
 */
export class Hold {
  readonly #guest: RunningGuest;
  readonly disk: HeldDisk;
  readonly #trace: NvmeTrace;
  #held = false;

  constructor(guest: RunningGuest, disk: HeldDisk) {
    this.#guest = guest;
    this.disk = disk;
    this.#trace = new NvmeTrace(guest.traceFile);
  }

  get isHeld(): boolean {
    return this.#held;
  }

  async hold(): Promise<void> {
    const { id } = this.disk;
    if (this.#held) throw new LastrefError(`${id} is held already`, { blame: 'test' });
    const busy = await this.#counts();
    if (busy.guest > 0) {
      throw new LastrefError(`${id} has ${busy.guest} requests in flight before the hold`, { blame: 'test' });
    }
    await this.#guest.qmp.execute('block_set_io_throttle', { id, ...unlimited, bps: 1 });
    this.#held = true;
    // The human monitor reports a failure as text, and success with none.
    const complaint = await this.#guest.qmp.monitor(`qemu-io -d ${id} "read 0 ${primeBytes}"`);
    if (complaint.trim() !== '')
      throw new LastrefError(`QEMU could not hold ${id}: ${oneLine(complaint)}`, { blame: 'harness' });
    this.#guest.record('scenario', 'hold', { disk: id });
  }

  /**
   * Guest and QEMU must agree, twice in a row, so that a request that is merely passing through does not count.
   * QEMU's trace knows only the sum over all disks: it must be the sum that the guest's block layer counts.
   */
  async untilInFlight(count: number): Promise<void> {
    const { id } = this.disk;
    let agreed = 0;
    let inGuest = 0;
    await until(
      {
        name: `${count} requests in flight on ${id}, for guest and QEMU alike`,
        deadlineMs: this.#guest.patience(10_000),
        signal: this.#guest.signal,
        blame: 'kernel',
      },
      async () => {
        const { guest, everywhere, qemu } = await this.#counts();
        inGuest = guest;
        agreed = guest === count && qemu === everywhere ? agreed + 1 : 0;
        if (agreed < 2) throw new Error(`guest ${guest} (${everywhere} on all disks), QEMU ${qemu} on all`);
        return true;
      },
    ).catch((error: unknown) => {
      // The guest's own count is the kernel's doing; that QEMU's trace does not bear it out is ours.
      if (!(error instanceof LastrefError) || this.#guest.signal.aborted || inGuest !== count) throw error;
      throw new LastrefError(error.message, { blame: 'harness', cause: error });
    });
    this.#guest.record('scenario', 'in-flight', { disk: id, guest: count, qemu: count });
  }

  async release(): Promise<void> {
    const { id } = this.disk;
    if (!this.#held) throw new LastrefError(`${id} is not held`, { blame: 'test' });
    await this.#guest.qmp.execute('block_set_io_throttle', { id, ...unlimited });
    this.#held = false;
    this.#guest.record('scenario', 'release', { disk: id });
  }

  /**
   * Requests in flight for the guest's block layer (/sys/block/X/inflight: reads and writes), on this disk and on
   * every NVMe disk together, and for QEMU on all.
   */
  async #counts(): Promise<{ guest: number; everywhere: number; qemu: number }> {
    const { files } = this.#guest;
    const counts = new Map<string, number>();
    for (const file of await files.glob('/sys/block/nvme*/inflight')) {
      const [reads = Number.NaN, writes = Number.NaN] = (await files.read(file))
        .trim()
        .split(/\s+/)
        .map(Number);
      counts.set(path.basename(path.dirname(file)), reads + writes);
    }
    return {
      guest: counts.get(this.disk.block) ?? Number.NaN,
      everywhere: [...counts.values()].reduce((sum, count) => sum + count, 0),
      qemu: await this.#trace.inFlight(),
    };
  }
}
