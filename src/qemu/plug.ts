import { devicesOf, type NvmeDevice, type Shape } from '../config/shape.js';
import { LastrefError } from '../kit/errors.js';

/** QEMU id of the bus that a device of a shape sits on, as the command line names it. */
export function busOf(shape: Shape, device: NvmeDevice): string {
  for (const [index, branch] of shape.pcie.entries()) {
    if (branch.kind === 'root-port' && branch.device.id === device.id) return `rp${index}`;
    if (branch.kind === 'root-port') continue;
    const place = branch.devices.findIndex(({ id }) => id === device.id);
    if (place >= 0) return branch.kind === 'slot' ? `rp${index}` : `dp${index}.${place}`;
  }
  throw new LastrefError(
    `shape ${shape.name} has no device ${device.id}, only ${devicesOf(shape)
      .map(({ id }) => id)
      .join(', ')}`,
    { blame: 'test' },
  );
}

/**
 * Arguments of QMP device_add for a device that was taken out. Its namespace comes with it, as number 1: a
 * namespace cannot be plugged into a running controller (its bus has no hotplug handler, hw/nvme/ctrl.c).
 */
export function plugArguments(shape: Shape, device: NvmeDevice): Readonly<Record<string, unknown>> {
  return {
    driver: 'nvme',
    id: device.id,
    serial: device.id,
    bus: busOf(shape, device),
    drive: `disk-${device.id}`,
    ...(device.cmbMiB === undefined ? {} : { cmb_size_mb: device.cmbMiB }),
  };
}
