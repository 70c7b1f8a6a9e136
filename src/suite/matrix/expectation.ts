import type { RemovalName, RemovalRow } from '../../guest/removals.js';
import { removals } from '../../guest/removals.js';
import type { MemoryTraits } from './memory.js';

/** What is done once the device is gone. */
export const afters = {
  again: 'and the device serves again',
  away: 'and the device stays away',
  race: 'raced by another removal',
} as const;

export type After = keyof typeof afters;

/** What touching the memory comes to; `nobody` where no process can. */
export type Touch =
  | 'goes-through'
  | 'SIGBUS BUS_ADRERR'
  | 'SIGSEGV SEGV_MAPERR'
  | 'SIGSEGV SEGV_ACCERR'
  | 'nobody';

/** What the owner gets from the kernel. Errors by name, null is success. */
export interface Look {
  readonly touch: Touch;
  /** mmap on a descriptor that was opened before. */
  readonly remap: 'ENODEV' | null;
  /** open of the pool's file. */
  readonly reopen: 'ENOENT' | null;
}

export interface Expectation {
  /**
   * Who may wait, while the requests are held, in which function: one of them does. None when nobody has to. `for` is where
   * the kernel thread stands that it waits for, if it has left the work to one.
   */
  readonly waits: readonly { readonly who: RemovalName; readonly in: string; readonly for: string | null }[];
  /** While the requests are held; null when none are, or when the owner cannot be asked then. */
  readonly during: Look | null;
  readonly after: Look;
  /** O_DIRECT read of another disk into the memory, afterwards; undefined where there is no memory to name. */
  readonly transfer: 'EFAULT' | null | undefined;
  /** The bytes are still there, for those who knew them. */
  readonly intact: boolean;
  /** The other removal of a race. */
  readonly rival: RemovalName | null;
  /** How each removal may end. */
  readonly ends: Readonly<Partial<Record<RemovalName, readonly (string | null)[]>>>;
  /** The removal that is undone at the end, of two the one that leaves less; null when nothing is. */
  readonly undo: RemovalName | null;
}

/** A cell: what is expected, or why it makes no sense. */
export type Cell = { readonly skip: string } | Expectation;

/** Where who removes a device waits for its memory (mm/memremap.c), and for its own requests (block/genhd.c:del_gendisk). */
const waitsFor = { other: 'memunmap_pages', own: 'blk_mq_freeze_queue_wait' } as const;

/** Who leaves the work to a kernel thread, and waits for that. */
const delegates: Readonly<Partial<Record<RemovalName, string>>> = {
  'slot-power-off': 'pciehp_sysfs_disable_slot', // drivers/pci/hotplug/pciehp_ctrl.c
};

/** How a removal ends that finds the device, its driver or its file gone. */
const tooLate: Readonly<Partial<Record<RemovalName, readonly string[]>>> = {
  unbind: ['ENODEV'], // drivers/base/bus.c:unbind_store
  'pci-remove': ['ENOENT', 'ENODEV'], // no file any more; fs/kernfs/file.c: the file is going
  'controller-reset': ['ENOENT', 'ENODEV', 'EBUSY', 'ENETRESET'], // drivers/nvme/host/core.c:nvme_reset_ctrl_sync
};

/** How much is gone afterwards, least first. */
const losses: readonly RemovalRow['gone'][] = ['nothing', 'driver', 'pci-device', 'machine-device'];

/** Everything that the kernel has to do in a cell, computed from the properties of its removal and of its memory. */
export function expectationOf(name: RemovalName, memory: MemoryTraits, after: After): Cell {
  const removal: RemovalRow = removals[name];
  const skip = senseless(removal, memory, after);
  if (skip !== null) return { skip };
  const rival = after === 'race' ? rivalOf(name) : null;
  const both = rival === null ? [name] : [name, rival];
  const zappers = both.filter((one) => removals[one].mappings === 'zapped');
  const isZapped = zappers.length > 0;
  const { inFlight } = memory;
  return {
    waits: inFlight === null ? [] : zappers.map((who) => waitOf(who, inFlight)),
    // Its own requests are waited for before anything is zapped, everybody else's after.
    during:
      inFlight === null || memory.owner !== 'runs' ? null : lookOf(memory, isZapped && inFlight === 'other'),
    after: lookOf(memory, isZapped),
    transfer: memory.owner === 'dying' ? undefined : isZapped || memory.mapping !== 'open' ? 'EFAULT' : null,
    intact: memory.filled && !isZapped,
    rival,
    ends: Object.fromEntries(
      both.map((one) => [one, rival === null ? [null] : [null, ...(tooLate[one] ?? [])]]),
    ),
    undo: after === 'away' ? null : worst(both),
  };
}

function waitOf(who: RemovalName, inFlight: 'other' | 'own'): Expectation['waits'][number] {
  const delegate = delegates[who];
  const place = waitsFor[inFlight];
  return delegate === undefined ? { who, in: place, for: null } : { who, in: delegate, for: place };
}

function lookOf({ mapping, owner }: MemoryTraits, isZapped: boolean): Look {
  const touches = {
    open: isZapped ? 'SIGBUS BUS_ADRERR' : 'goes-through',
    closed: 'SIGSEGV SEGV_ACCERR', // the VMA's rights are looked at before its pages
    none: 'SIGSEGV SEGV_MAPERR',
  } as const;
  return {
    touch: owner === 'dying' ? 'nobody' : touches[mapping],
    remap: isZapped ? 'ENODEV' : null,
    reopen: isZapped ? 'ENOENT' : null,
  };
}

/** Another way to lose the same device, so that two ways race. */
function rivalOf(name: RemovalName): RemovalName {
  return name === 'unbind' ? 'pci-remove' : 'unbind';
}

function worst(names: readonly RemovalName[]): RemovalName | null {
  const loss = (name: RemovalName): number => losses.indexOf(removals[name].gone);
  return [...names].sort((a, b) => loss(b) - loss(a))[0] ?? null;
}

/** The controller stays, and cannot write what it has to say: no completions, no interrupts. */
const isMute = ({ gone, back }: RemovalRow): boolean => gone === 'nothing' && back !== null;

function senseless(removal: RemovalRow, { inFlight }: MemoryTraits, after: After): string | null {
  if (inFlight === 'own' && removal.whileHeld === 'wedges-qemu')
    return 'a reset deletes the queue of the held request, and QEMU waits for that request in its main loop';
  if (inFlight === 'own' && isMute(removal))
    return 'a controller that cannot write memory cannot complete its request: the I/O timeout decides';
  if (after === 'race' && isMute(removal))
    return 'to unbind a controller that cannot write memory takes the admin timeout, not the memory';
  if (after === 'away' && removal.gone === 'nothing' && removal.back === null)
    return 'a reset gives the device back by itself: it cannot stay away';
  return null;
}
