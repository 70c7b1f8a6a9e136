import type { Loss } from './types.js';

export interface LossRow {
  readonly pattern: RegExp;
  readonly kind: Loss['kind'];
  readonly detail: string;
}

/** Kernel lines that say that a reporter fell silent or that records were lost. */
export const lossRows: readonly LossRow[] = [
  {
    pattern: /Future hung task reports are suppressed/,
    kind: 'reporter-off',
    detail: 'hung task detector stopped reporting (hung_task_warnings used up)',
  },
  { pattern: /INFO: lockdep is turned off/, kind: 'reporter-off', detail: 'lockdep is turned off' },
  {
    pattern: /Disabling lock debugging due to kernel taint/,
    kind: 'reporter-off',
    detail: 'lockdep turned itself off: the kernel is tainted',
  },
  {
    pattern: /turning off the locking correctness validator/,
    kind: 'reporter-off',
    detail: 'lockdep turned its validator off',
  },
  {
    pattern: /ODEBUG: Out of memory\. ODEBUG disabled/,
    kind: 'reporter-off',
    detail: 'debugobjects ran out of memory',
  },
  {
    pattern: /DMA-API: debugging out of memory - disabling/,
    kind: 'reporter-off',
    detail: 'DMA-API debugging ran out of memory',
  },
  {
    pattern: /DMA-API: (?:exceeded|dumping).*(?:limit|suppress)/,
    kind: 'reporter-off',
    detail: 'DMA-API debugging stopped reporting',
  },
  {
    // Not "Kernel memory leak detector disabled": where it is off until told (CONFIG_DEBUG_KMEMLEAK_DEFAULT_OFF) every boot
    // says that, and what disables it later says why first (mm/kmemleak.c).
    pattern: /kmemleak: (?:Memory pool empty|Cannot allocate a kmemleak_object|Cannot insert 0x)/,
    kind: 'reporter-off',
    detail: 'kmemleak is disabled',
  },
  { pattern: /kfence: .*disabled|KFENCE: .*disabled/, kind: 'reporter-off', detail: 'KFENCE is disabled' },
  { pattern: /page_owner: .*disabled/, kind: 'reporter-off', detail: 'page_owner is disabled' },
];

/**
 * Functions whose rate-limited lines are news of errors, not reports of bugs: losing some is no loss of coverage. The name is
 * that of the function with the limit (lib/ratelimit.c prints it).
 */
const newsOnly =
  /^(?:net_ratelimit|(?:blk_)?print_req_error|buffer_io_error|nvme_\w+|warn_alloc|__warn_alloc|ext4_\w+|xfs_\w+|audit_\w+)$/;

/** Words for the fast path: a line without any of them is no loss. */
export const lossWords: readonly string[] = [
  'reports are suppressed',
  'suppressed',
  'lockdep is turned off',
  'Disabling lock debugging',
  'turning off the locking',
  'ODEBUG disabled',
  'out of memory - disabling',
  'DMA-API: exceeded',
  'kmemleak: ',
  'fence: ',
  'KFENCE: ',
  'messages dropped',
  'lastref: ',
  'ommand line: ',
];

const anyLoss = /suppressed|turned off|Disabling lock|turning off|disabl|exceeded|kmemleak: /;

/** Collects losses, each kind of detail once, with the first place it was seen. */
export class LossLog {
  readonly #seen = new Map<string, Loss>();
  #dropped = 0;
  #droppedAt: number | null = null;

  line(text: string, at: number): void {
    if (!anyLoss.test(text)) return;
    this.#suppressed(text, at);
    for (const row of lossRows) {
      if (row.pattern.test(text)) this.add({ kind: row.kind, detail: row.detail, at });
    }
  }

  /** lib/ratelimit.c:___ratelimit, and mm's own limits on bad pages (mm/page_alloc.c:bad_page, mm/memory.c:print_bad_pte). */
  #suppressed(text: string, at: number): void {
    const limited = /^(\w+): (\d+) callbacks suppressed$/.exec(text);
    if (limited !== null) {
      const [, fn = '', count] = limited;
      const accepted = newsOnly.test(fn) ? { accepted: 'they tell of errors, not of bugs' } : {};
      this.add({
        kind: 'dropped',
        detail: `${count} rate-limited lines of ${fn} were suppressed`,
        at,
        ...accepted,
      });
    }
    const pages = /^BUG: Bad (page (?:state|map)): (\d+) messages suppressed$/.exec(text);
    if (pages !== null)
      this.add({
        kind: 'reporter-off',
        detail: `${pages[2]} reports of a bad ${pages[1]} were suppressed`,
        at,
      });
  }

  dropped(count: number, at: number): void {
    this.#dropped += count;
    this.#droppedAt ??= at;
  }

  add(loss: Loss): void {
    const key = `${loss.kind} ${loss.detail}`;
    if (!this.#seen.has(key)) this.#seen.set(key, loss);
  }

  all(): Loss[] {
    const losses = [...this.#seen.values()];
    if (this.#dropped > 0) {
      losses.unshift({
        kind: 'dropped',
        detail: `${this.#dropped} printk messages were dropped`,
        at: this.#droppedAt,
      });
    }
    return losses;
  }
}
