import { devicesOf, type NvmeDevice, type Shape } from '../config/shape.js';

/** A device as `device_add` takes it (QMP) and `-device` on the command line: QEMU's property names. */
export interface Device {
  readonly driver: string;
  readonly id: string;
  readonly bus: string;
  readonly [property: string]: string | number;
}

/** A place for one NVMe device: the port that it sits on, and its function where a slot has several. */
interface Place {
  readonly device: NvmeDevice;
  readonly bus: string;
  readonly isBehindSwitch?: boolean;
  readonly function?: number;
}

function placesOf(shape: Shape): Place[] {
  return shape.pcie.flatMap((branch, index): Place[] => {
    if (branch.kind === 'root-port') return [{ device: branch.device, bus: `rp${index}` }];
    if (branch.kind === 'slot')
      return branch.devices.map((device, number) => ({ device, bus: `rp${index}`, function: number }));
    return branch.devices.map((device, port) => ({
      device,
      bus: `dp${index}.${port}`,
      isBehindSwitch: true,
    }));
  });
}

/** Where a function sits in its slot. Function 0 says that there are more. */
function slotProperties(number: number | undefined): Record<string, string> {
  if (number === undefined) return {};
  return { addr: `0.${number}`, ...(number === 0 ? { multifunction: 'on' } : {}) };
}

/** Node of the block layer that holds a device's disk. */
export const diskNode = (id: string): string => `disk-${id}`;

/**
 * The NVMe controllers of a shape, in PCIe order. Each has its namespace built in: an `nvme-ns` of its own cannot be
 * plugged into a running machine (QEMU: "Bus does not support hotplugging").
 */
export function nvmeDevices(shape: Shape): Device[] {
  return placesOf(shape).map(({ device, bus, function: number }) => ({
    driver: 'nvme',
    id: device.id,
    serial: device.id,
    bus,
    ...slotProperties(number),
    ...(device.cmbMiB === undefined ? {} : { cmb_size_mb: device.cmbMiB }),
    drive: diskNode(device.id),
  }));
}

/** As they are plugged into a running machine: function 0 of a slot last, for its coming makes the others seen. */
export function plugOrder(shape: Shape): Device[] {
  const rank = ({ addr }: Device): number => (addr === undefined ? 0 : Number(String(addr).split('.')[1]));
  return nvmeDevices(shape).sort((a, b) => (a.bus === b.bus ? rank(b) - rank(a) : 0));
}

/**
 * What keeps the room of a CMB below a switch: a bridge's window is sized once, while the machine boots, so an empty
 * downstream port has none. The template boots with these and loses them before it is saved.
 */
export function placeholders(shape: Shape): Device[] {
  return placesOf(shape)
    .filter(({ device, isBehindSwitch }) => isBehindSwitch === true && device.cmbMiB !== undefined)
    .map(({ device, bus }) => ({ driver: 'pci-testdev', id: `room-${device.id}`, bus, membar: '256M' }));
}

/** A comma ends an option's value; QEMU reads two as one (docs/system/qemu-manpage, "-drive"). */
export const comma = (text: string): string => text.replaceAll(',', ',,');

/** The words of a device on the command line. */
export function deviceWords({ driver, ...properties }: Device): string[] {
  const settings = Object.entries(properties).map(([name, value]) => `${name}=${comma(String(value))}`);
  return ['-device', [driver, ...settings].join(',')];
}

/** Disk images a machine needs: device id and size in MiB. */
export function disksOf(shape: Shape): readonly { readonly id: string; readonly sizeMiB: number }[] {
  return devicesOf(shape).map(({ id, diskMiB }) => ({ id, sizeMiB: diskMiB }));
}
