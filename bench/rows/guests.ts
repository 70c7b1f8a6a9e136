import { setTimeout as delay } from 'node:timers/promises';
import { devicesOf } from '../../src/config/shape.js';
import type { RunningGuest } from '../../src/guest/guest.js';
import { type Machine, makeTemplate, type Start } from '../machine.js';
import { memoryOf } from '../processes.js';
import type { Row } from '../row.js';
import { lacksVirtmeNg, secondsToVirtmeInit } from '../virtme-ng.js';

const mib = 1024 ** 2;

/** Seconds since the mark. */
const since = (mark: number): number => (performance.now() - mark) / 1000;

async function firstCommand(machine: Machine, how: Start): Promise<{ guest: RunningGuest; seconds: number }> {
  const mark = performance.now();
  const guest = await machine.start(how);
  // A clone has answered its first when it is handed out: the start of its files probe, over SSH.
  if (how === 'cold') await guest.exec(['true']);
  return { guest, seconds: since(mark) };
}

export const coldBoot: Row = {
  id: 'a',
  title: 'cold boot',
  metrics: [
    { key: 'first-ssh', title: 'cold boot to first SSH command', unit: 's' },
    { key: 'virtme-ng', title: '  virtme-ng, same kernel, to its init', unit: 's' },
  ],
  measure: async (machine) => {
    const { guest, seconds } = await firstCommand(machine, 'cold');
    await guest.stop();
    const beside = (await lacksVirtmeNg()) === undefined ? await secondsToVirtmeInit(machine) : undefined;
    return { 'first-ssh': seconds, ...(beside === undefined ? {} : { 'virtme-ng': beside }) };
  },
};

export const clone: Row = {
  id: 'b',
  title: 'clone',
  metrics: [{ key: 'first-ssh', title: 'clone to first SSH command', unit: 's', atMost: 1 }],
  prepare: makeTemplate,
  measure: async (machine) => {
    const { guest, seconds } = await firstCommand(machine, 'clone');
    await guest.stop();
    return { 'first-ssh': seconds };
  },
};

/** Ends when every namespace of the shape and the CMB's pool are there; a constant text but for the number. */
const untilUsable = (disks: number): string =>
  `until [ "$(ls -d /sys/block/nvme* 2>/dev/null | wc -l)" -ge ${disks} ] && ls /sys/bus/pci/devices/*/p2pmem/allocate >/dev/null 2>&1; do usleep 5000; done`;

export const cloneUsable: Row = {
  id: 'c',
  title: 'clone with its devices',
  metrics: [{ key: 'usable', title: 'clone to CMB and NVMe usable', unit: 's', atMost: 1.3 }],
  prepare: makeTemplate,
  measure: async (machine) => {
    const mark = performance.now();
    const guest = await machine.start('clone');
    await guest.run(['sh', '-c', untilUsable(devicesOf(guest.shape).length)], 30_000);
    const seconds = since(mark);
    await guest.stop();
    return { usable: seconds };
  },
};

/** How long a guest is left alone before it counts as idle, in ms. */
const idleMs = 3000;

/** What the second of two guests costs: the first has already brought in what they share. */
async function secondGuest(machine: Machine, how: Start): Promise<{ own: number; shared: number }> {
  const first = await machine.start(how);
  try {
    const second = await machine.start(how);
    try {
      await delay(idleMs);
      const memory = memoryOf(second.pid);
      const of = (...names: string[]): number =>
        names.reduce((sum, name) => sum + (memory[name] ?? 0), 0) / mib;
      return {
        own: of('Private_Clean', 'Private_Dirty'),
        shared: of('Shared_Clean', 'Shared_Dirty'),
      };
    } finally {
      await second.stop();
    }
  } finally {
    await first.stop();
  }
}

export const cloneMemory: Row = {
  id: 'i',
  title: 'memory of an extra clone',
  metrics: [
    { key: 'own', title: 'private memory of an idle extra clone', unit: 'MiB', atMost: 120 },
    { key: 'shared', title: '  page cache it shares', unit: 'MiB' },
  ],
  prepare: makeTemplate,
  measure: (machine) => secondGuest(machine, 'clone'),
};

export const coldMemory: Row = {
  id: 'i-cold',
  title: 'memory of a cold guest',
  metrics: [
    { key: 'own', title: 'private memory of an idle cold guest', unit: 'MiB' },
    { key: 'shared', title: '  page cache it shares', unit: 'MiB' },
  ],
  measure: (machine) => secondGuest(machine, 'cold'),
};
