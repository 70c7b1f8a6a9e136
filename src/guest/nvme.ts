import { devicesOf, type NvmeDevice, namespaceId } from '../config/shape.js';
import { LastrefError } from '../kit/errors.js';
import { until } from '../kit/wait.js';
import { namespaceQemuId } from '../qemu/argv.js';
import type { RunningGuest } from './guest.js';
import { Hold } from './hold.js';
import { type RemovalName, removals } from './removals.js';
import type { Removal, Remover } from './remover.js';

const mib = 1024 * 1024;

/** An NVMe controller with its namespace, as the guest sees it, with the handles the host has on it. */
export class Nvme {
  readonly id: string;
  /** Domain:bus:device.function, e.g. `0000:03:00.0`. */
  readonly bdf: string;
  /** Block device name, e.g. `nvme1n1`. */
  readonly block: string;
  /** Bytes. */
  readonly size: number;
  readonly #guest: RunningGuest;
  readonly #remover: Remover;
  readonly #hold: Hold;
  readonly #hasCmb: boolean;

  constructor(
    guest: RunningGuest,
    remover: Remover,
    device: NvmeDevice,
    found: { bdf: string; block: string },
  ) {
    this.id = device.id;
    this.bdf = found.bdf;
    this.block = found.block;
    this.size = device.diskMiB * mib;
    this.#guest = guest;
    this.#remover = remover;
    this.#hasCmb = device.cmbMiB !== undefined;
    this.#hold = new Hold(guest, {
      id: device.id,
      qemuId: namespaceQemuId(device),
      nsid: namespaceId(guest.shape, device),
      block: found.block,
    });
  }

  /** e.g. `/dev/nvme1n1` */
  get node(): string {
    return `/dev/${this.block}`;
  }

  get sysfs(): string {
    return `/sys/bus/pci/devices/${this.bdf}`;
  }

  /** The file whose mmap hands out CMB memory (drivers/pci/p2pdma.c:p2pmem_alloc_mmap). */
  get allocate(): string {
    return `${this.sysfs}/p2pmem/allocate`;
  }

  /** True when the kernel offers this CMB to userspace. */
  async isAllocatable(): Promise<boolean> {
    return this.#hasCmb && this.#guest.exists(this.allocate);
  }

  /** Bytes left in the p2pmem pool. The I/O queues live in the CMB too, so an idle pool has less than its size. */
  async available(): Promise<number> {
    return this.#number('p2pmem/available');
  }

  /** Bytes of the p2pmem pool. */
  async poolSize(): Promise<number> {
    return this.#number('p2pmem/size');
  }

  /** Parks every request that reaches this disk in QEMU's block layer, until `release()`. */
  async hold(): Promise<void> {
    await this.#hold.hold();
  }

  /** Waits until `count` requests are in flight for the guest's block layer and for QEMU's controller alike. */
  async untilInFlight(count: number): Promise<void> {
    await this.#hold.untilInFlight(count);
  }

  /** True between `hold()` and `release()`. */
  get isHeld(): boolean {
    return this.#hold.isHeld;
  }

  async release(): Promise<void> {
    await this.#hold.release();
  }

  /**
   * Starts a removal and returns at once. Taking away a device whose own requests are held would wedge QEMU:
   * deleting a queue cancels what is in it and waits in the main loop (hw/nvme/ctrl.c:nvme_del_sq).
   */
  remove(how: RemovalName): Removal {
    if (this.#hold.isHeld) {
      throw new LastrefError(`${how} of ${this.id} while its own requests are held would wedge QEMU`, {
        blame: 'test',
        hint: 'hold the requests of another disk, or release() first',
      });
    }
    const row = removals[how];
    return this.#remover.start(`${how} ${this.id}`, row.file(this.bdf), row.value(this.bdf));
  }

  /** Takes the driver off the device: `echo BDF > /sys/bus/pci/drivers/nvme/unbind`. Does not wait. */
  unbind(): Removal {
    return this.remove('unbind');
  }

  /** Gives the device back to the driver and waits until its pool and disk are there. */
  async rebind(): Promise<void> {
    const bind = this.remove('rebind');
    const { errno } = await bind.finished(this.#guest.patience(30_000));
    if (errno !== null)
      throw new LastrefError(`binding ${this.id} again failed with ${errno}`, { blame: 'kernel' });
    await until(
      {
        name: `${this.id} to come back`,
        deadlineMs: this.#guest.patience(20_000),
        signal: this.#guest.signal,
        blame: 'kernel',
      },
      async () =>
        (await this.#guest.exists(this.node)) && (!this.#hasCmb || (await this.isAllocatable()))
          ? true
          : undefined,
    );
  }

  async isBound(): Promise<boolean> {
    return this.#guest.exists(`${this.sysfs}/driver`);
  }

  async #number(attribute: string): Promise<number> {
    const text = (await this.#guest.read(`${this.sysfs}/${attribute}`)).trim();
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
      throw new LastrefError(`${attribute} of ${this.id} is no number: "${text.slice(0, 40)}"`, {
        blame: 'kernel',
      });
    }
    return value;
  }
}

/** Finds the shape's NVMe devices in the guest by their serial numbers; waits until every namespace is there. */
export async function findDevices(guest: RunningGuest, remover: Remover): Promise<Record<string, Nvme>> {
  const wanted = devicesOf(guest.shape);
  return until(
    {
      name: `the NVMe devices ${wanted.map(({ id }) => id).join(', ')} in the guest`,
      deadlineMs: guest.patience(15_000),
      signal: guest.signal,
      blame: 'kernel',
    },
    async () => {
      const { stdout } = await guest.exec(['sh', '-c', listScript]);
      const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
      const found = new Map(lines.map(([serial = '', bdf = '', block = '']) => [serial, { bdf, block }]));
      const devices: Record<string, Nvme> = {};
      for (const device of wanted) {
        const place = found.get(device.id);
        if (place === undefined || !/^[0-9a-f]{4}:/.test(place.bdf) || place.block === '') return undefined;
        devices[device.id] = new Nvme(guest, remover, device, place);
      }
      return devices;
    },
  );
}

/** Serial, BDF and block device of every NVMe controller; a constant text without arguments. */
const listScript = `for c in /sys/class/nvme/nvme*; do
  b=$(ls -d $c/nvme*n* 2>/dev/null | head -n 1); echo $(cat $c/serial) $(cat $c/address) \${b##*/}
done`;
