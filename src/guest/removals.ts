/** Where a device stands in the guest: what the files of a removal are named after. */
export interface Place {
  /** Domain:bus:device.function, e.g. `0000:03:00.0`. */
  readonly bdf: string;
  /** The controller's name, e.g. `nvme1`. */
  readonly controller: string;
  /** Its slot's name below /sys/bus/pci/slots; null where no driver serves the slot. */
  readonly slot: string | null;
}

/** A write to a sysfs file. With `at` the value is hexadecimal bytes for that offset of the file. */
export interface FileWrite {
  readonly file: string;
  readonly value: string;
  readonly at?: number;
}

/** What is asked of QEMU instead of the guest. */
export type MachineRequest = 'device_del' | 'device_add';

/** A way to take a device away. A row is all a removal is. */
export interface RemovalRow {
  readonly describe: string;
  /** What is written, in this order, the last write being the one that may block; or what QEMU is asked. */
  readonly by: ((place: Place) => readonly FileWrite[]) | MachineRequest;
  /** When it is over: the write has returned, or QEMU has said that the device is gone. */
  readonly finished: 'write-returned' | 'device-deleted';
  /** Does the driver let go of the device? If not, it has merely been interrupted. */
  readonly driver: 'goes' | 'stays';
  /** What becomes of mappings of the device's memory. */
  readonly mappings: 'zapped' | 'survive';
  /** What is gone afterwards: only the driver, also the guest's PCI device, also QEMU's device. */
  readonly gone: 'nothing' | 'driver' | 'pci-device' | 'machine-device';
  /** How to have the device back; null when it was never gone. */
  readonly back: ReturnName | null;
  /**
   * May the device's own requests be held while it is removed? Driver removal freezes the queue first and waits
   * there (block/genhd.c:del_gendisk). A reset deletes the queues under them, and QEMU, which cancels what is
   * in a queue before it deletes it, waits in its main loop for a request that cannot end
   * (hw/nvme/ctrl.c:nvme_del_sq, nvme_ctrl_reset).
   */
  readonly whileHeld: 'waits' | 'wedges-qemu';
  /** The hotplug driver that has to serve the slot; null when any will do, or none. */
  readonly hotplug: 'pciehp' | 'acpiphp' | 'any' | null;
}

/** A way to have a device back. */
export interface ReturnRow {
  readonly describe: string;
  readonly by: ((place: Place) => readonly FileWrite[]) | MachineRequest;
}

const driver = '/sys/bus/pci/drivers/nvme';

/** The file by which the driver is told to take a device. */
export const bindFile = `${driver}/bind`;

const device = (place: Place): string => `/sys/bus/pci/devices/${place.bdf}`;

/** Offset of the PCI command register, and what an NVMe driver at work has in it, little-endian. */
const command = { at: 4, masterOn: '0604', masterOff: '0204' } as const; // memory, INTx off, ± bus master

const resetBy =
  (method: 'flr' | 'bus') =>
  (place: Place): readonly FileWrite[] => [
    { file: `${device(place)}/reset_method`, value: method },
    { file: `${device(place)}/reset`, value: '1' },
  ];

export const returns = {
  rebind: {
    describe: 'the driver takes the device again',
    by: ({ bdf }: Place) => [{ file: bindFile, value: bdf }],
  },
  rescan: {
    describe: 'the bus is searched for devices that have no structure',
    by: () => [{ file: '/sys/bus/pci/rescan', value: '1' }],
  },
  'bus-master-on': {
    describe: 'the device may again read and write memory on its own',
    by: (place: Place) => [{ file: `${device(place)}/config`, value: command.masterOn, at: command.at }],
  },
  'device-add': {
    describe: 'a device of the same name is plugged into the same slot',
    by: 'device_add',
  },
} as const satisfies Record<string, ReturnRow>;

export type ReturnName = keyof typeof returns;

export const removals = {
  unbind: {
    describe: 'the driver lets go of the device',
    by: ({ bdf }: Place) => [{ file: `${driver}/unbind`, value: bdf }],
    ...{ finished: 'write-returned', driver: 'goes', mappings: 'zapped', gone: 'driver' },
    ...{ back: 'rebind', whileHeld: 'waits', hotplug: null },
  },
  'pci-remove': {
    describe: "the guest's PCI device is removed, and its driver with it",
    by: (place: Place) => [{ file: `${device(place)}/remove`, value: '1' }],
    ...{ finished: 'write-returned', driver: 'goes', mappings: 'zapped', gone: 'pci-device' },
    ...{ back: 'rescan', whileHeld: 'waits', hotplug: null },
  },
  'controller-reset': {
    describe: 'the driver resets the controller',
    by: ({ bdf, controller }: Place) => [
      { file: `/sys/bus/pci/devices/${bdf}/nvme/${controller}/reset_controller`, value: '1' },
    ],
    ...{ finished: 'write-returned', driver: 'stays', mappings: 'survive', gone: 'nothing' },
    ...{ back: null, whileHeld: 'wedges-qemu', hotplug: null },
  },
  flr: {
    describe: 'the function is reset alone (FLR), between reset_prepare and reset_done of its driver',
    by: resetBy('flr'),
    ...{ finished: 'write-returned', driver: 'stays', mappings: 'survive', gone: 'nothing' },
    ...{ back: null, whileHeld: 'wedges-qemu', hotplug: null },
  },
  'bus-reset': {
    // Where ACPI serves hotplug QEMU never says that the link is up (hw/pci/pcie.c:pcie_cap_slot_plug_cb is not called),
    // so the kernel gives up on it with ENOTTY after the reset (drivers/pci/pci.c:pci_bridge_wait_for_secondary_bus).
    describe: 'the bus below the port is reset, between reset_prepare and reset_done of the driver',
    by: resetBy('bus'),
    ...{ finished: 'write-returned', driver: 'stays', mappings: 'survive', gone: 'nothing' },
    ...{ back: null, whileHeld: 'wedges-qemu', hotplug: 'pciehp' },
  },
  'bus-master-off': {
    describe: 'the device may no longer read or write memory on its own; its driver is not told',
    by: (place: Place) => [{ file: `${device(place)}/config`, value: command.masterOff, at: command.at }],
    ...{ finished: 'write-returned', driver: 'stays', mappings: 'survive', gone: 'nothing' },
    ...{ back: 'bus-master-on', whileHeld: 'waits', hotplug: null },
  },
  'slot-power-off': {
    describe: 'the slot is switched off; QEMU takes the device out of a slot without power',
    by: ({ slot }: Place) => [{ file: `/sys/bus/pci/slots/${slot}/power`, value: '0' }],
    ...{ finished: 'write-returned', driver: 'goes', mappings: 'zapped', gone: 'machine-device' },
    ...{ back: 'device-add', whileHeld: 'waits', hotplug: 'any' },
  },
  'device-del-pciehp': {
    describe: 'QEMU presses the attention button; pciehp waits 5 s, removes the device, cuts the power',
    by: 'device_del',
    ...{ finished: 'device-deleted', driver: 'goes', mappings: 'zapped', gone: 'machine-device' },
    ...{ back: 'device-add', whileHeld: 'waits', hotplug: 'pciehp' },
  },
  'device-del-acpiphp': {
    describe: 'QEMU asks through ACPI; acpiphp removes the device and ejects it',
    by: 'device_del',
    ...{ finished: 'device-deleted', driver: 'goes', mappings: 'zapped', gone: 'machine-device' },
    ...{ back: 'device-add', whileHeld: 'waits', hotplug: 'acpiphp' },
  },
} as const satisfies Record<string, RemovalRow>;

export type RemovalName = keyof typeof removals;
