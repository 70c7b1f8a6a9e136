import type { Shape } from '../config/shape.js';
import { comma, type Device, deviceWords, diskNode, nvmeDevices, placeholders } from './devices.js';

export type Accelerator = 'kvm' | 'tcg';

/**
 * How a machine starts. `cold` boots with its NVMe devices in place. `template` boots without them (they cannot be
 * migrated) on memory that is a file, to be saved. `clone` waits for a saved state, on a private copy of that file.
 */
export type Start =
  | { readonly kind: 'cold' }
  | { readonly kind: 'template'; readonly memoryFile: string }
  | { readonly kind: 'clone'; readonly memoryFile: string };

/** Everything a QEMU command line says. Paths are host paths; `console` and `trace` are files QEMU writes itself. */
export interface MachineSpec {
  readonly shape: Shape;
  readonly accelerator: Accelerator;
  readonly start: Start;
  readonly kernel: string;
  readonly initrd: string;
  /** Kernel command line, a word each. */
  readonly append: readonly string[];
  /** The user's public key for SSH, as a line of authorized_keys. */
  readonly userKey: string;
  readonly console: string;
  readonly trace: string;
  /** Disk image of each NVMe device, by device id. */
  readonly disks: Readonly<Record<string, string>>;
  /** Descriptor on which the child finds its QMP socket. */
  readonly qmpFd: number;
}

/** Where a guest reads the user's key: a clone's own, although its memory is the template's. */
export const keyFile = 'opt/lastref/key';

function disks({ shape, disks }: MachineSpec): string[] {
  return nvmeDevices(shape).flatMap(({ id }) => [
    '-blockdev',
    `driver=file,node-name=file-${id},filename=${comma(disks[id] ?? '')},locking=off`,
    '-blockdev',
    `driver=raw,node-name=${diskNode(id)},file=file-${id}`,
  ]);
}

/** Number of the first bus of a root complex of its own: out of the way of the chipset's, room for what hangs below. */
const firstBus = (index: number): number => 0x40 + index * 0x10;

function pcie({ shape, start }: MachineSpec): string[] {
  const plugged =
    start.kind === 'cold' ? nvmeDevices(shape) : start.kind === 'template' ? placeholders(shape) : [];
  const on = (bus: string): string[] =>
    plugged.filter((device: Device) => device.bus === bus).flatMap((device) => deviceWords(device));
  let slot = 0;
  return shape.pcie.flatMap((branch, index) => {
    slot += 1;
    // Room for a CMB that is plugged later, and a fixed place on pcie.0: the same BDF every time.
    const addr = `0x${(index + 4).toString(16)}`;
    const isApart = branch.kind === 'root-port' && branch.rootComplex === 'own';
    const rootPort = [
      ...(isApart
        ? ['-device', `pxb-pcie,id=rc${index},bus=pcie.0,addr=${addr},bus_nr=${firstBus(index)}`]
        : []),
      '-device',
      `pcie-root-port,id=rp${index},bus=${isApart ? `rc${index}` : 'pcie.0'},addr=${addr},chassis=${slot},slot=${slot},pref64-reserve=256M`,
    ];
    if (branch.kind !== 'switch') return [...rootPort, ...on(`rp${index}`)];
    const ports = branch.devices.flatMap((_, port) => {
      slot += 1;
      return [
        '-device',
        `xio3130-downstream,id=dp${index}.${port},bus=up${index},chassis=${slot},slot=${slot}`,
        ...on(`dp${index}.${port}`),
      ];
    });
    return [...rootPort, '-device', `x3130-upstream,id=up${index},bus=rp${index}`, ...ports];
  });
}

/** What is said of the whole machine. The IOMMU must come before the devices that it is to translate for. */
function platform({ shape, accelerator }: MachineSpec): string[] {
  return [
    ...(shape.hotplug === 'pciehp' ? ['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off'] : []),
    ...(shape.iommu === 'intel' ? ['-device', 'intel-iommu'] : []),
    ...(shape.icount === undefined || accelerator === 'kvm' ? [] : ['-icount', `shift=${shape.icount}`]),
  ];
}

/** No file: a plain disk reads as zeros and forgets what is written. Places count down from pvpanic's. */
function plainDisks({ shape }: MachineSpec): string[] {
  return (shape.plain ?? []).flatMap(({ id, diskMiB }, index) => [
    '-blockdev',
    `driver=null-co,node-name=plain-${id},size=${diskMiB * 1024 * 1024},read-zeroes=on`,
    '-device',
    `virtio-blk-pci,id=${id},serial=${id},drive=plain-${id},addr=0x${(0x1d - index).toString(16)}`,
  ]);
}

/** Memory that a file holds: shared with it while the template boots, a private copy-on-write of it in a clone. */
function memory({ shape, start }: MachineSpec): string[] {
  if (start.kind === 'cold') return ['-machine', 'q35'];
  const share = start.kind === 'template' ? 'on' : 'off';
  return [
    ...['-machine', 'q35,memory-backend=memory'],
    '-object',
    `memory-backend-file,id=memory,size=${shape.memoryMiB}M,mem-path=${comma(start.memoryFile)},share=${share}`,
  ];
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
    ...memory(spec),
    // QEMU refuses threads of their own to CPUs that share a clock of instructions.
    ...[
      '-accel',
      accelerator === 'kvm' ? 'kvm' : `tcg,thread=${shape.icount === undefined ? 'multi' : 'single'}`,
    ],
    ...['-cpu', `${shape.cpu}${zenUnderKvm}`, '-smp', String(shape.vcpus), '-m', `${shape.memoryMiB}M`],
    ...platform(spec),
    ...['-kernel', spec.kernel, '-initrd', spec.initrd, '-append', spec.append.join(' ')],
    ...['-fw_cfg', `name=${keyFile},string=${comma(spec.userKey)}`],
    // Another number in every machine: the kernel of a clone is told that it is a copy, and reseeds its random numbers.
    ...['-device', 'vmgenid,guid=auto'],
    // A file needs no reader, so nothing is lost before we look or after we die.
    ...['-chardev', `file,id=console,path=${comma(spec.console)}`, '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=qmp,fd=${spec.qmpFd}`, '-mon', 'chardev=qmp,mode=control'],
    ...['-netdev', 'user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22'],
    ...['-device', 'virtio-net-pci,netdev=net,addr=0x2,romfile='],
    ...['-device', 'virtio-rng-pci,addr=0x3', '-device', 'pvpanic-pci,addr=0x1e'],
    ...(spec.start.kind === 'template' ? [] : disks(spec)),
    ...plainDisks(spec),
    ...pcie(spec),
    // One line per NVMe command and completion: how QEMU tells what is in flight (hw/nvme/trace-events).
    ...['-D', spec.trace, '-trace', 'pci_nvme_read', '-trace', 'pci_nvme_write', '-trace', 'pci_nvme_rw_cb'],
    ...(spec.start.kind === 'clone' ? ['-S', '-incoming', 'defer'] : []),
  ];
}
