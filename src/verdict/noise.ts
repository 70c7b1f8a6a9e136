import type { Splat } from './types.js';

export interface NoiseRow {
  readonly id: string;
  /** Kernels on which this was seen on an unpatched tree. */
  readonly kernels: (release: string) => boolean;
  readonly class: string;
  readonly title: string;
  readonly function: string | null;
  /** The file of the report, where title and function alone would be too wide. */
  readonly file?: RegExp;
  /** Lockdep takes the task for the holder of locks from then on: what it reports of that task next is no news. */
  readonly stains?: boolean;
  /** Only where a scenario says that it provokes this. */
  readonly declared: boolean;
  readonly reason: string;
}

const series =
  (name: string) =>
  (release: string): boolean =>
    release === name || release.startsWith(`${name}.`) || release.startsWith(`${name}-`);

/** Series from `first` to `last`: the report was seen at both ends. */
function between(first: string, last: string): (release: string) => boolean {
  const rank = (release: string): number => {
    const [major = 0, minor = 0] = (/^(\d+)\.(\d+)/.exec(release) ?? []).slice(1).map(Number);
    return major * 1000 + minor;
  };
  return (release) => rank(first) <= rank(release) && rank(release) <= rank(last);
}

const sentenceOf = ({ id, reason }: NoiseRow): string => `${id}: ${reason}`;

/** Reports of unpatched kernels that have nothing to do with the question. One exact row each, never a pattern. */
export const noiseRows: readonly NoiseRow[] = [
  {
    id: 'N1',
    kernels: series('6.12'),
    class: 'LOCKDEP',
    title: 'WARNING: lock held when returning to user space in nvme_start_freeze',
    function: 'nvme_start_freeze',
    declared: false,
    reason: 'a PCI reset through sysfs freezes the queues in one task and unfreezes them in another',
  },
  {
    id: 'N2',
    kernels: between('6.12', '7.3'),
    class: 'LOCKDEP',
    title: 'possible deadlock in pciehp_unconfigure_device',
    function: 'pciehp_unconfigure_device',
    declared: false,
    reason: 'pciehp takes its reset_lock and pci_rescan_remove_lock in both orders when a slot is emptied',
  },
  {
    id: 'N3',
    kernels: series('6.12'),
    class: 'LOCKDEP',
    title: 'possible deadlock in pci_lock_rescan_remove',
    function: 'pci_lock_rescan_remove',
    declared: false,
    reason:
      'pciehp was probed from a work item (local_pci_probe) and probes what is plugged from another, under its reset_lock',
  },
  {
    // The annotation of N1 once more; 7.3 freezes without an owner (drivers/nvme/host/core.c:nvme_start_freeze).
    id: 'N4',
    kernels: series('6.12'),
    class: 'LOCKDEP',
    title: 'BUG: workqueue leaked atomic, lock or RCU in nvme_reset_work',
    function: 'nvme_reset_work',
    stains: true,
    declared: false,
    reason: 'a controller reset that an unbind overtakes leaves the queues frozen, and the unbind thaws them',
  },
  {
    // mm/gup.c: is_valid_gup_args refuses FOLL_LONGTERM with FOLL_PCI_P2PDMA.
    id: 'gup-longterm',
    kernels: between('6.12', '7.3'),
    class: 'WARNING',
    title: 'WARNING in is_valid_gup_args',
    function: 'is_valid_gup_args',
    file: /^mm\/gup\.c$/,
    declared: true,
    reason: 'the scenario hands GUP flags that it refuses with a warning',
  },
  {
    // arch/x86/mm/init_64.c: add_pages warns of every failure of __add_pages, also for want of memory.
    id: 'add-pages',
    kernels: between('6.12', '7.3'),
    class: 'WARNING',
    title: 'WARNING in add_pages',
    function: 'add_pages',
    file: /^arch\/x86\/mm\/init_64\.c$/,
    declared: true,
    reason: 'the scenario lets the struct pages of device memory run out of memory',
  },
  {
    // drivers/nvme/host/pci.c: nvme_probe takes back what nvme_pci_enable did, but for the memory of the admin queue.
    id: 'nvme-admin-queue',
    kernels: between('6.12', '7.3'),
    class: 'DMA-API',
    title: 'WARNING: DMA-API bug in dma_debug_device_change',
    function: 'dma_debug_device_change',
    file: /^kernel\/dma\/debug\.c$/,
    declared: true,
    reason:
      'the scenario lets a probe of NVMe fail late, which leaves the memory of its admin queue allocated',
  },
];

/**
 * Marks a splat that a row explains. `expected` are ids of rows that the scenario declares; `before` are the splats before
 * it, marked already.
 */
export function markNoise(
  splat: Splat,
  release: string | undefined,
  expected: readonly string[],
  before: readonly Splat[] = [],
): Splat {
  if (release === undefined || splat.corrupted !== null) return splat;
  const stain = comesOfStain(splat) ? stainOf(splat, before) : undefined;
  if (stain !== undefined)
    return { ...splat, noise: `${stain}, and lockdep still holds it against its task` };
  if (splat.fatal) return splat;
  const row = noiseRows.find(
    (one) =>
      one.kernels(release) &&
      one.class === splat.class &&
      one.title === splat.title &&
      one.function === splat.function &&
      (one.file === undefined || one.file.test(splat.file ?? '')) &&
      (!one.declared || expected.includes(one.id)),
  );
  return row === undefined ? splat : { ...splat, noise: sentenceOf(row) };
}

/** Whether the splats before this one can explain it: lockdep's reports, and its own end. */
export function comesOfStain({ class: kind, fatal, raw }: Splat): boolean {
  return fatal ? tripsInLockdep.test(raw) : kind === 'LOCKDEP';
}

/**
 * Lockdep goes through the locks that it holds against a task. The class of one whose key was unregistered since (a queue that is
 * gone) is a NULL pointer after one warning (kernel/locking/lockdep.c:hlock_class), and the task dies of it.
 */
const tripsInLockdep = /^.*\bRIP: 0010:__lock_acquire\+/m;

/** The noise that left a task with locks that it does not hold, if this report can come of it. */
function stainOf({ task, raw, fatal }: Splat, before: readonly Splat[]): string | undefined {
  const stained = before.filter(({ noise }) =>
    noiseRows.some((row) => row.stains && noise === sentenceOf(row)),
  );
  const own = stained.find((one) => one.task !== null && one.task.pid === task?.pid);
  if (fatal) return before.some((one) => isWarned(one, task?.pid)) ? (own?.noise ?? undefined) : undefined;
  return (own ?? (isOfIdleWorker(raw) ? stained[0] : undefined))?.noise ?? undefined;
}

/** The warning of `hlock_class`, before the pointer is used. */
const isWarned = ({ title, task, noise }: Splat, pid: number | undefined): boolean =>
  noise !== null && task?.pid === pid && title.startsWith('WARNING: locking bug in ');

/**
 * Whether lockdep compares with a state that a kworker registered between two works (kernel/workqueue.c:worker_thread
 * without process_one_work). None holds a lock there, unless lockdep takes it for the holder of what a work left behind.
 */
function isOfIdleWorker(raw: string): boolean {
  const [, registered = ''] =
    /state was registered at:([\s\S]*?)(?:irq event stamp|other info that might help)/.exec(raw) ?? [];
  return registered.includes('worker_thread+') && !registered.includes('process_one_work+');
}
