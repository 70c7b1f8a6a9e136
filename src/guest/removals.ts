/** A way to take a device away, or to give it back. A row is all a removal is. */
interface RemovalRow {
  readonly describe: string;
  /** The sysfs file that is written. */
  file(bdf: string): string;
  value(bdf: string): string;
}

const driver = '/sys/bus/pci/drivers/nvme';

export const removals = {
  unbind: {
    describe: 'the driver lets go of the device',
    file: (_bdf: string) => `${driver}/unbind`,
    value: (bdf: string) => bdf,
  },
  rebind: {
    describe: 'the driver takes the device again',
    file: (_bdf: string) => `${driver}/bind`,
    value: (bdf: string) => bdf,
  },
} as const satisfies Record<string, RemovalRow>;

export type RemovalName = keyof typeof removals;
