import path from 'node:path';
import { devicesOf, type NvmeDevice } from '../config/shape.js';
import { LastrefError } from '../kit/errors.js';
import { until } from '../kit/wait.js';
import { type Device, nvmeDevices } from '../qemu/devices.js';
import type { Buffer } from './buffer.js';
import type { RunningGuest } from './guest.js';
import type { GuestFiles } from './guest-files.js';
import { Hold } from './hold.js';
import { canaryBytes } from './probe-protocol-canary.js';
import {
  type Place,
  type RemovalName,
  type RemovalRow,
  type ReturnName,
  removals,
  returns,
} from './removals.js';
import type { Removal, Remover } from './remover.js';

const mib = 1024 * 1024;

/** An NVMe controller with its namespace, as the guest sees it, with the handles the host has on it. */
export class Nvme {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly #guest: RunningGuest;
  readonly #remover: Remover;
  readonly #device: NvmeDevice;
  #found: Found;
  #hold: Hold;
  #interruptedBy: RemovalName | null = null;

  constructor(guest: RunningGuest, remover: Remover, device: NvmeDevice, found: Found) {
    this.id = device.id;
    this.size = device.diskMiB * mib;
    this.#guest = guest;
    this.#remover = remover;
    this.#device = device;
    this.#found = found;
    this.#hold = new Hold(guest, { id: device.id, block: found.block });
  }

  /** Domain:bus:device.function, e.g. `0000:03:00.0`. */
  get bdf(): string {
    return this.#found.bdf;
  }

  /** Block device name, e.g. `nvme1n1`. It may be another one when the device has been away. */
  get block(): string {
    return this.#found.block;
  }

  /** Name of the controller, e.g. `nvme1`. */
  get controller(): string {
    return this.#found.controller;
  }

  get #hasCmb(): boolean {
    return this.#device.cmbMiB !== undefined;
  }

  /** e.g. `/dev/nvme1n1` */
  get node(): string {
    return `/dev/${this.block}`;
  }

  /** The character device for NVMe commands to the namespace, e.g. `/dev/ng1n1`. */
  get generic(): string {
    return this.node.replace('/dev/nvme', '/dev/ng');
  }

  /** Number of the one namespace that a controller has built in. */
  readonly nsid = 1;

  get sysfs(): string {
    return `/sys/bus/pci/devices/${this.bdf}`;
  }

  /** The file whose mmap hands out CMB memory (drivers/pci/p2pdma.c:p2pmem_alloc_mmap). */
  get allocate(): string {
    return `${this.sysfs}/p2pmem/allocate`;
  }

  /** True when the kernel offers this CMB to userspace. */
  async isAllocatable(): Promise<boolean> {
    return this.#device.cmbMiB !== undefined && this.#guest.exists(this.allocate);
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
   * Starts a removal and returns at once. Some would wedge QEMU while the device's own requests are held
   * (removals.ts:whileHeld): those are refused.
   */
  remove(how: RemovalName): Removal {
    const row: RemovalRow = removals[how];
    if (this.#hold.isHeld && row.whileHeld === 'wedges-qemu') {
      throw new LastrefError(`${how} of ${this.id} while its own requests are held would wedge QEMU`, {
        blame: 'test',
        hint: 'hold the requests of another disk, or release() first',
      });
    }
    if (row.gone === 'nothing' && row.back !== null) this.#interruptedBy = how;
    const name = `${how} ${this.id}`;
    return typeof row.by === 'function'
      ? this.#remover.write(name, row.by(this.#found))
      : this.#remover.unplug(name, this.id);
  }

  /**
   * The removal that left the device there and of no use, until it is undone; null where there was none. Its driver can then
   * do nothing with it, not even let go, before the controller's own timeout.
   */
  get interruptedBy(): RemovalName | null {
    return this.#interruptedBy;
  }

  /** Takes the driver off the device: `echo BDF > /sys/bus/pci/drivers/nvme/unbind`. Does not wait. */
  unbind(): Removal {
    return this.remove('unbind');
  }

  /** Starts to have the device back, in one of the ways of removals.ts, and returns at once. */
  comeBack(how: ReturnName): Removal {
    const row = returns[how];
    const name = `${how} ${this.id}`;
    return typeof row.by === 'function'
      ? this.#remover.write(name, row.by(this.#found))
      : this.#remover.plug(name, this.#asPlugged());
  }

  /** QEMU's id of the port above it. */
  get port(): string {
    return this.#asPlugged().bus;
  }

  /** What QMP device_add takes to plug it in again, in the same place. */
  #asPlugged(): Device {
    const device = nvmeDevices(this.#guest.shape).find(({ id }) => id === this.id);
    if (device === undefined) throw new Error(`${this.id} is no device of ${this.#guest.shape.name}`);
    return device;
  }

  /** Undoes a removal that is over, and waits until pool and disk are there; nothing to do when it was never gone. */
  async restore(how: RemovalName): Promise<void> {
    const { back } = removals[how];
    if (back === null) return;
    const way = this.comeBack(back);
    const { errno } = await way.finished(this.#guest.patience(30_000));
    if (errno !== null) throw new LastrefError(`${way.name} failed with ${errno}`, { blame: 'kernel' });
    await this.untilBack();
    this.#interruptedBy = null;
  }

  /** Gives the device back to the driver and waits until its pool and disk are there. */
  rebind(): Promise<void> {
    return this.restore('unbind');
  }

  /** Waits until the device is there under whatever name, with its disk and its pool. */
  async untilBack(): Promise<void> {
    this.#found = await until(
      {
        name: `${this.id} to come back`,
        deadlineMs: this.#guest.patience(20_000),
        signal: this.#guest.signal,
        blame: 'kernel',
      },
      async () => {
        const found = (await listDevices(this.#guest)).get(this.id);
        if (found === undefined || !(await this.#guest.exists(`/dev/${found.block}`))) return undefined;
        const pool = `/sys/bus/pci/devices/${found.bdf}/p2pmem/allocate`;
        return !this.#hasCmb || (await this.#guest.exists(pool)) ? found : undefined;
      },
    );
    this.#hold = new Hold(this.#guest, { id: this.id, block: this.block });
  }

  /** Words on the host's side of the disk, from byte `at` on, that are not the canary of `buffer`. */
  async wrongWords(buffer: Buffer, at = 0): Promise<number> {
    const seen = await this.#guest.onDisk(this.id, at, buffer.length);
    const wanted = canaryBytes(buffer.seed, buffer.base, buffer.length);
    let wrong = 0;
    for (let word = 0; word < wanted.length; word += 8)
      if (!seen.subarray(word, word + 8).equals(wanted.subarray(word, word + 8))) wrong += 1;
    return wrong;
  }

  async isBound(): Promise<boolean> {
    return this.#guest.exists(`${this.sysfs}/driver`);
  }

  /** Text of an attribute below its folder in sysfs, without the line's end. Raises (kernel) when it is gone and the device is not. */
  async attribute(name: string): Promise<string> {
    const file = `${this.sysfs}/${name}`;
    return (await this.#guest.read(file).catch((error) => this.#withdrawn(file, error))).trim();
  }

  async #number(attribute: string): Promise<number> {
    const text = await this.attribute(attribute);
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
      throw new LastrefError(`${attribute} of ${this.id} is no number: "${text.slice(0, 40)}"`, {
        blame: 'kernel',
      });
    }
    return value;
  }

  /** An attribute that a device has and that is not there is the kernel's doing, not that of whoever looks. */
  async #withdrawn(file: string, error: unknown): Promise<never> {
    if (!(await this.#guest.exists(this.sysfs)) || (await this.#guest.exists(file))) throw error;
    throw new LastrefError(`${file} is not there, and ${this.id} is`, { blame: 'kernel' });
  }
}

/** What a look at the guest finds of a device. */
interface Found extends Place {
  readonly block: string;
}

/** Every NVMe controller that has its disk, by serial number. What does not depend on another look is asked at once. */
async function listDevices({ files }: RunningGuest): Promise<Map<string, Found>> {
  const [controllers, slots] = await Promise.all([files.glob('/sys/class/nvme/nvme*'), readSlots(files)]);
  const found = await Promise.all(controllers.map((folder) => findController(files, folder, slots)));
  return new Map(found.flatMap((one) => (one === undefined ? [] : [one])));
}

/** Serial number and place of one controller; undefined for one that has no disk (yet), or is just going. */
async function findController(
  files: GuestFiles,
  folder: string,
  slots: ReadonlyMap<string, string>,
): Promise<[string, Found] | undefined> {
  const text = async (name: string): Promise<string> =>
    (await files.read(`${folder}/${name}`).catch(() => '')).trim();
  const [disks, serial, bdf] = await Promise.all([
    files.glob(`${folder}/nvme*n*`),
    text('serial'),
    text('address'),
  ]);
  const block = disks.map((disk) => path.basename(disk)).find((name) => /^nvme\d+n\d+$/.test(name));
  if (block === undefined || !/^[0-9a-f]{4}:/.test(bdf)) return undefined;
  const slot = slots.get(bdf.replace(/\.\d+$/, '')) ?? null;
  return [serial, { bdf, block, controller: path.basename(folder), slot }];
}

/** Names of the hotplug slots, by domain, bus and device (`0000:03:00`). */
async function readSlots(files: GuestFiles): Promise<ReadonlyMap<string, string>> {
  const addresses = await files.glob('/sys/bus/pci/slots/*/address');
  const places = addresses.map(
    async (file): Promise<[string, string]> => [
      (await files.read(file)).trim(),
      path.basename(path.dirname(file)),
    ],
  );
  return new Map(await Promise.all(places));
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
      const found = await listDevices(guest);
      const devices: Record<string, Nvme> = {};
      for (const device of wanted) {
        const place = found.get(device.id);
        if (place === undefined) return undefined;
        devices[device.id] = new Nvme(guest, remover, device, place);
      }
      return devices;
    },
  );
}
