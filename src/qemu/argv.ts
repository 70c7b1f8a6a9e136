import { devicesOf, type NvmeDevice, namespaceId, type Shape } from '../config/shape.js';

export type Accelerator = 'kvm' | 'tcg';

/** Everything a QEMU command line says. Paths are host paths; `console` and `trace` are files QEMU writes itself. */
export interface MachineSpec {
  readonly shape: Shape;
  readonly accelerator: Accelerator;
  readonly kernel: string;
  readonly initrd: string;
  /** Kernel command line, a word each. */
  readonly append: readonly string[];
  readonly console: string;
  readonly trace: string;
  /** Disk image of each NVMe device, by device id. */
  readonly disks: Readonly<Record<string, string>>;
  /** Descriptor on which the child finds its QMP socket. */
  readonly qmpFd: number;
}

/** A comma ends an option's value; QEMU reads two as one (docs/system/qemu-manpage, "-drive"). */
export const comma = (text: string): string => text.replaceAll(',', ',,');

/** QEMU id of a device's namespace: what `block_set_io_throttle` and `qemu-io -d` name. */
export const namespaceQemuId = (device: NvmeDevice): string => `ns-${device.id}`;

function nvme(spec: MachineSpec, device: NvmeDevice, bus: string): string[] {
  const { shape, disks } = spec;
  const cmb = device.cmbMiB === undefined ? '' : `,cmb_size_mb=${device.cmbMiB}`;
  const image = disks[device.id] ?? '';
  return [
    '-blockdev',
    `driver=file,node-name=file-${device.id},filename=${comma(image)},locking=off`,
    '-blockdev',
    `driver=raw,node-name=disk-${device.id},file=file-${device.id}`,
    '-device',
    `nvme,id=${device.id},serial=${device.id},bus=${bus}${cmb}`,
    '-device',
    `nvme-ns,id=${namespaceQemuId(device)},bus=${device.id},nsid=${namespaceId(shape, device)},drive=disk-${device.id}`,
  ];
}

function pcie(spec: MachineSpec): string[] {
  let slot = 0;
  return spec.shape.pcie.flatMap((branch, index) => {
    slot += 1;
    // Room for a CMB that is plugged later, and a fixed place on pcie.0: the same BDF every time.
    const rootPort = [
      '-device',
      `pcie-root-port,id=rp${index},bus=pcie.0,addr=0x${(index + 4).toString(16)},chassis=${slot},slot=${slot},pref64-reserve=256M`,
    ];
    if (branch.kind === 'root-port') return [...rootPort, ...nvme(spec, branch.device, `rp${index}`)];
    if (branch.kind === 'slot') {
      const functions = branch.devices.flatMap((device, number) =>
        nvme(spec, device, `rp${index},addr=0.${number}${number === 0 ? ',multifunction=on' : ''}`),
      );
      return [...rootPort, ...functions];
    }
    const ports = branch.devices.flatMap((device, port) => {
      slot += 1;
      return [
        '-device',
        `xio3130-downstream,id=dp${index}.${port},bus=up${index},chassis=${slot},slot=${slot}`,
        ...nvme(spec, device, `dp${index}.${port}`),
      ];
    });
    return [...rootPort, '-device', `x3130-upstream,id=up${index},bus=rp${index}`, ...ports];
  });
}

/** What is said of the whole machine. The IOMMU must come before the devices that it is to translate for. */
function platform({ shape }: MachineSpec): string[] {
  return [
    ...(shape.hotplug === 'pciehp' ? ['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off'] : []),
    ...(shape.iommu === 'intel' ? ['-device', 'intel-iommu'] : []),
  ];
}

/** No file: a plain disk reads as zeros and forgets what is written. Places count down from pvpanic's. */
function plainDisks({ shape }: MachineSpec): string[] {
  return (shape.plain ?? []).flatMap(({ id, diskMiB }, index) => [
    '-blockdev',
    `driver=null-co,node-name=plain-${id},size=${diskMiB}M,read-zeroes=on`,
    '-device',
    `virtio-blk-pci,id=${id},serial=${id},drive=plain-${id},addr=0x${(0x1d - index).toString(16)}`,
  ]);
}

/**
 * The QEMU command line of a machine, without the program's name. Pure: same spec, same words.
 * The guest is off the network (`restrict=on`); SSH is forwarded from a port of 127.0.0.1 that the OS chooses.
 */
export function qemuArgv(spec: MachineSpec): string[] {
  const { shape, accelerator } = spec;
  const zenUnderKvm = accelerator === 'kvm' && shape.cpu === 'EPYC' ? ',vendor=AuthenticAMD' : '';
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none', '-no-reboot'],
    // The kernel prints the end of its panic after pvpanic has told us: it must go on until it reboots itself.
    ...['-action', 'panic=none'],
    ...['-machine', 'q35', '-accel', accelerator === 'tcg' ? 'tcg,thread=multi' : 'kvm'],
    ...['-cpu', `${shape.cpu}${zenUnderKvm}`, '-smp', String(shape.vcpus), '-m', `${shape.memoryMiB}M`],
    ...platform(spec),
    ...['-kernel', spec.kernel, '-initrd', spec.initrd, '-append', spec.append.join(' ')],
    // A file needs no reader, so nothing is lost before we look or after we die.
    ...['-chardev', `file,id=console,path=${comma(spec.console)}`, '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=qmp,fd=${spec.qmpFd}`, '-mon', 'chardev=qmp,mode=control'],
    ...['-netdev', 'user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22'],
    ...['-device', 'virtio-net-pci,netdev=net,addr=0x2,romfile='],
    ...['-device', 'virtio-rng-pci,addr=0x3', '-device', 'pvpanic-pci,addr=0x1e'],
    ...plainDisks(spec),
    ...pcie(spec),
    // One line per NVMe command and completion: how QEMU tells what is in flight (hw/nvme/trace-events).
    ...['-D', spec.trace, '-trace', 'pci_nvme_read', '-trace', 'pci_nvme_write', '-trace', 'pci_nvme_rw_cb'],
  ];
}

/** Disk images a machine needs: device id and size in MiB. */
export function disksOf(shape: Shape): readonly { readonly id: string; readonly sizeMiB: number }[] {
  return devicesOf(shape).map(({ id, diskMiB }) => ({ id, sizeMiB: diskMiB }));
}
