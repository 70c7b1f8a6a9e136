import { LastrefError } from '../kit/errors.js';

/** An NVMe controller with one namespace; with `cmbMiB` it has a Controller Memory Buffer in BAR2. */
export interface NvmeDevice {
  /** Name in scenarios (`guest.devices.cmb`), serial number of the controller and QEMU id. */
  readonly id: string;
  readonly diskMiB: number;
  readonly cmbMiB?: number;
}

/** A disk that is no PCI peer: virtio-blk, all zeros, on the root bus. Its queue does not take device memory. */
export interface PlainDisk {
  readonly id: string;
  readonly diskMiB: number;
}

export interface Port {
  readonly kind: 'root-port';
  readonly device: NvmeDevice;
  /** Below a root complex of its own (pxb-pcie), as in a machine of several sockets, and not below that of the chipset. */
  readonly rootComplex?: 'own';
}

/** An upstream port on a root port of its own, with one downstream port per device (x3130/xio3130). */
export interface Switch {
  readonly kind: 'switch';
  readonly devices: readonly NvmeDevice[];
}

/** Functions of one slot below one root port: function 0 first. They share the port, and a bus that cannot be reset. */
export interface Slot {
  readonly kind: 'slot';
  readonly devices: readonly NvmeDevice[];
}

/** A machine, declared. One file in guests/shapes/ each; the file's name is the shape's name. */
export interface Shape {
  readonly name: string;
  readonly describe: string;
  readonly arch: 'x86_64';
  /**
   * QEMU CPU model. It decides whether peer-to-peer through the host bridge is allowed: the kernel
   * asks for AMD family 0x17 or later (drivers/pci/p2pdma.c:cpu_supports_p2pdma).
   */
  readonly cpu: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly pcie: readonly (Port | Switch | Slot)[];
  readonly plain?: readonly PlainDisk[];
  /** Who serves hotplug: firmware and ACPI, QEMU's default for q35, or the port itself (its attention button). */
  readonly hotplug?: 'acpiphp' | 'pciehp';
  /** Submission queues of NVMe controllers lie in a CMB, the driver's default, or in RAM (drivers/nvme/host/pci.c:use_cmb_sqes). */
  readonly submissionQueues?: 'ram';
  /** The kernel can look for memory that it has lost, and reports it, where it has CONFIG_DEBUG_KMEMLEAK. */
  readonly kmemleak?: true;
  /** An IOMMU that the kernel is told to use for every device. */
  readonly iommu?: 'intel';
  /** Under TCG: CPUs take turns on a clock of executed instructions, 2^icount ns each. */
  readonly icount?: number;
}

/** Every NVMe device of a shape, in PCIe order. */
export function devicesOf(shape: Shape): readonly NvmeDevice[] {
  return shape.pcie.flatMap((branch) => (branch.kind === 'root-port' ? [branch.device] : branch.devices));
}

/**
 * Words for the kernel command line that come with the machine. A kernel without CONFIG_PCIEASPM does not ask firmware for
 * the ports' services (drivers/acpi/pci_root.c:negotiate_os_control) and takes them only when told.
 */
export function appendOf(shape: Shape): readonly string[] {
  return [
    ...(shape.iommu === 'intel' ? ['intel_iommu=on'] : []),
    ...(shape.hotplug === 'pciehp' ? ['pcie_ports=native'] : []),
    ...(shape.kmemleak === true ? ['kmemleak=on', 'kmemleak.verbose=1'] : []),
    ...(shape.submissionQueues === 'ram' ? ['nvme.use_cmb_sqes=0'] : []),
  ];
}

const isPowerOfTwo = (value: number): boolean =>
  Number.isInteger(value) && value > 0 && (value & (value - 1)) === 0;

const rules: readonly ((shape: Shape) => Iterable<string>)[] = [
  function* identity({ name, arch }) {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
      yield `a shape's name is lower case words joined by "-", not "${name}"`;
    if (arch !== 'x86_64') yield `only x86_64 machines are known, not "${arch}"`;
  },
  function* size({ vcpus, memoryMiB, icount = 0 }) {
    if (!Number.isInteger(icount) || icount < 0 || icount > 10)
      yield `icount is 0 to 10 (2^icount ns for an instruction), not ${icount}`;
    if (!Number.isInteger(vcpus) || vcpus < 1 || vcpus > 8)
      yield `vcpus is 1 to 8 (the kernels are built with NR_CPUS=8), not ${vcpus}`;
    if (!Number.isInteger(memoryMiB) || memoryMiB < 512)
      yield `a KASAN kernel needs at least 512 MiB, not ${memoryMiB}`;
  },
  function* model({ cpu }) {
    if (!/^[A-Za-z0-9._-]+(,[a-z0-9_.=+-]+)*$/.test(cpu)) yield `"${cpu}" is no QEMU CPU model`;
    if (/^(host|max)\b/.test(cpu))
      yield `cpu "${cpu}" differs from host to host, and with it the verdict; name a model`;
  },
  function* names(shape) {
    const seen = new Set<string>();
    for (const { id } of [...devicesOf(shape), ...(shape.plain ?? [])]) {
      if (!/^[a-z][a-z0-9]{0,15}$/.test(id))
        yield `device id "${id}" must be a short lower case word (it is also the serial number)`;
      if (seen.has(id)) yield `two devices are called "${id}"`;
      seen.add(id);
    }
    if (devicesOf(shape).length === 0) yield 'a machine without devices cannot lose one';
  },
  function* plain(shape) {
    for (const { id, diskMiB } of shape.plain ?? [])
      if (!Number.isInteger(diskMiB) || diskMiB < 1)
        yield `${id}: the disk must be at least 1 MiB, not ${diskMiB}`;
  },
  function* slots({ pcie }) {
    for (const branch of pcie)
      if (branch.kind === 'slot' && (branch.devices.length < 1 || branch.devices.length > 8))
        yield `a slot has 1 to 8 functions, not ${branch.devices.length}`;
  },
  function* buffers(shape) {
    for (const { id, cmbMiB, diskMiB } of devicesOf(shape)) {
      if (!Number.isInteger(diskMiB) || diskMiB < 1)
        yield `${id}: the disk must be at least 1 MiB, not ${diskMiB}`;
      if (cmbMiB === undefined) continue;
      if (!isPowerOfTwo(cmbMiB))
        yield `${id}: a CMB of ${cmbMiB} MiB cannot exist: it is a PCI BAR, so its size is a power of two`;
      else if (cmbMiB < 2)
        yield `${id}: the kernel ignores a CMB under 2 MiB without a word (memremap needs 2 MiB alignment)`;
      else if (cmbMiB > 128)
        yield `${id}: a CMB of ${cmbMiB} MiB does not fit the bridge window of 256 MiB beside the device's other BARs`;
    }
  },
];

/** Everything that is wrong with a shape, a sentence each; empty when the machine can exist. */
export function faultsOf(shape: Shape): string[] {
  return rules.flatMap((rule) => [...rule(shape)]);
}

/** Returns the shape, or raises with every fault when the machine cannot exist. */
export function validateShape(shape: Shape): Shape {
  const faults = faultsOf(shape);
  if (faults.length === 0) return shape;
  throw new LastrefError(`shape "${shape.name}" cannot exist: ${faults.join('; ')}`, {
    blame: 'user',
    hint: `correct guests/shapes/${shape.name}.ts`,
  });
}
