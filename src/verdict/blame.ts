import type { Item } from './frame.js';
import type { Blame } from './rules/rule.js';
import { commonSkip, entries as trapEntries } from './rules/skip.js';

/** Where work enters the kernel's subsystems: a stall is named by the function just above such a frame. */
const entries: readonly RegExp[] = [
  /process_one_work|process_scheduled_works|call_timer_fn|_?run_timers|run_timer_softirq|run_ksoftirqd|do_softirq|handle_softirqs|^__napi_poll/,
  /^(?:el0_svc_|invoke_syscall|do_el0_svc)|do_syscall|do_fast_syscall|do_int80|sysenter_|tracesys|ia32_sys_call|x64_sys_call|^ret_fast_syscall|^system_call|^entry_SYS|^entry_INT80/,
  /netif_receive_skb|smpboot_thread_fn|^kthread$|start_secondary|cpu_startup_entry|ret_from_fork|^rest_init/,
  /vfs_(?:write|read|ioctl|open|iter_read|iter_write|fsync|fallocate|truncate)|^__vfs_(?:read|write)|do_iter_(?:read|write)|blkdev_(?:driver_)?ioctl|compat_ioctl|call_(?:read|write)_iter|^new_sync_|^call_mmap|^mmap_region|^do_mmap|do_dentry_open/,
  /^(?:__)?sock_(?:sendmsg|recvmsg|release|close|mmap|do_ioctl|ioctl|common_setsockopt)|^compat_sock_ioctl|__sys_(?:set|get)sockopt|kernel_(?:setsockopt|listen|accept)|__sys_(?:listen|accept)|sk_common_release|nfnetlink_rcv_msg|rtnetlink_rcv_msg|genl_lock_dumpit|netlink_dump/,
  /^(?:__(?:x64|ia32|arm64|se|do)_)?(?:compat_)?(?:sys|SyS|SYSC)_(?:socketpair|connect|ioctl)/,
  /__do_fault|do_page_fault|^page_fault$/,
  /^full_proxy_|^direct_entry$|^lkdtm_do_action$/,
  /^__fput$|^task_work_run|exit_to_user|resume_user_mode|^do_notify_resume/,
];

/** Waits whose victims are many and whose cause is one. */
const buckets: readonly (readonly [RegExp, string])[] = [
  [/^rtnl_lock/, 'rtnl_lock'],
  [/^synchronize_(?:rcu|srcu|net|sched)/, 'synchronize_rcu'],
];

const waiting =
  /sched|_lock|_slowlock|_slowpath|down|rwsem|completion|kthread|wait|synchronize|context_switch|__switch_to|cancel_(?:delayed_)?work|rcu_barrier|^__flush_work|percpu_ref_kill|mutex|rt_mutex/;

const aliases: readonly (readonly [RegExp, string])[] = [
  [/^__(?:x64|ia32|arm64|riscv|s390x?|powerpc|loongarch)_(?:compat_)?sys_/, 'sys_'],
  [/^(?:compat_)?(?:__(?:do|se)_)?(?:compat_)?(?:sys|SyS|SYSC)_/, ''],
  [/^smp_call_function(?:_single|_many|_many_cond|_any)$/, 'smp_call_function'],
];

/** One name for what differs between architectures and kernel versions only. */
export function canonicalFunction(name: string): string {
  for (const [pattern, replacement] of aliases) {
    if (pattern.test(name)) return name.replace(pattern, replacement) || name;
  }
  return name;
}

const headOf: Readonly<Record<string, string>> = { backtrace: 'backtrace', owner: 'page-allocated' };

/** Functions from the report that may be to blame, in the order the row asks for. */
function collect(blame: Blame, items: readonly Item[], header: string | null, text: string): string[] {
  const found: string[] = [];
  let cursor = afterLine(blame, items, text);
  for (const source of blame.from) {
    if (source === 'header') {
      if (header !== null) found.push(header);
    } else if (source === 'line') {
      const groups = blame.at?.exec(text)?.groups;
      for (const fn of [groups?.['fn'], groups?.['fn2']]) if (fn !== undefined) found.push(fn);
    } else if (source === 'pointer') {
      const at = items.findIndex((item, i) => i >= cursor && item.kind === 'pointer' && !item.user);
      const item = items[at];
      if (item?.kind === 'pointer') {
        // A decoded log has one line an inlined function, innermost first.
        for (let i = at; i < items.length; i++) {
          const same = items[i];
          if (same?.kind !== 'pointer' || same.user) break;
          if (same.fn !== null && same.frame !== null) found.push(same.fn);
          cursor = i + 1;
        }
        if (cursorInsideTrace(items, at)) found.push(...framesFrom(items, cursor, true));
      }
    } else if (source === 'interrupted') {
      const at = items.findLastIndex(
        (item) =>
          item.kind === 'frame' &&
          /apic_timer_interrupt|el1h?_irq|^el1h_64_irq|arch_timer_handler|__irq_svc|call_on_irq_stack|^handle_riscv_irq/.test(
            item.frame.fn,
          ) &&
          item.frame.sure,
      );
      const first = items.findIndex(
        (item) => item.kind === 'frame' && item.frame.sure && /apic_timer_interrupt/.test(item.frame.fn),
      );
      const from = first >= 0 ? lastOfRun(items, first) : at;
      if (from >= 0) found.push(...framesFrom(items, interruptedAt(items, from + 1), true));
      else found.push(...pointerAndTrace(items));
    } else {
      const wanted = headOf[source] ?? 'trace';
      if (source === 'headless' && items.some((item) => item.kind === 'head')) continue;
      const head =
        source === 'frames' || source === 'headless'
          ? cursor - 1
          : items.findIndex((item, i) => i >= cursor && item.kind === 'head' && item.name === wanted);
      if (head < 0 && source !== 'frames' && source !== 'headless') continue;
      const list = framesFrom(items, head + 1, false);
      found.push(...list);
    }
  }
  return found;
}

/** Index of the first item behind the line that `after` names. */
function afterLine({ after }: Blame, items: readonly Item[], text: string): number {
  const match = after?.exec(text);
  if (match === null || match === undefined) return 0;
  const line = text.slice(0, match.index).split('\n').length - 1;
  const first = items.findIndex((item) => item.at > line);
  return first < 0 ? items.length : first;
}

/** `sysvec_apic_timer_interrupt` and `asm_sysvec_…` stand behind one another. */
function lastOfRun(items: readonly Item[], first: number): number {
  let last = first;
  for (let i = first + 1; i < items.length && i < first + 4; i++) {
    const item = items[i];
    if (item?.kind === 'frame' && /apic_timer_interrupt/.test(item.frame.fn)) last = i;
  }
  return last;
}

/** The registers of the interrupted code, when they come next; between them other CPUs may have got a line in. */
function interruptedAt(items: readonly Item[], from: number): number {
  const pointer = items.findIndex((item, i) => i >= from && item.kind === 'pointer' && !item.user);
  const head = items.findIndex((item, i) => i >= from && item.kind === 'head');
  return pointer >= 0 && pointer < from + 4 && (head < 0 || pointer < head) ? pointer : from;
}

/** True when the pointer stands in a stack (the frames of the interrupted code follow it without a head). */
function cursorInsideTrace(items: readonly Item[], at: number): boolean {
  return items.slice(0, at).some((item) => item.kind === 'head' && item.name === 'trace');
}

function framesFrom(items: readonly Item[], from: number, pointers: boolean): string[] {
  const sure: string[] = [];
  const all: string[] = [];
  for (let i = from; i < items.length; i++) {
    const item = items[i];
    if (item === undefined) break;
    if (item.kind === 'head') {
      if (all.length === 0 && item.name === 'trace') continue;
      break;
    }
    if (item.kind === 'pointer') {
      if (pointers && item.fn !== null && !item.user) {
        sure.push(item.fn);
        all.push(item.fn);
      }
      continue;
    }
    // Inlining differs between builds, and a log that is not decoded does not show it: it never names a bug.
    if (item.frame.inline) continue;
    all.push(item.frame.fn);
    if (item.frame.sure) sure.push(item.frame.fn);
  }
  return sure.length > 0 ? sure : all;
}

function pointerAndTrace(items: readonly Item[]): string[] {
  const at = items.findIndex((item) => item.kind === 'pointer' && !item.user && item.fn !== null);
  const pointer = items[at];
  const head = items.findIndex((item, i) => i > at && item.kind === 'head' && item.name === 'trace');
  const below = head < 0 ? [] : framesFrom(items, head + 1, true);
  return pointer?.kind === 'pointer' && pointer.fn !== null ? [pointer.fn, ...below] : below;
}

const known = new Map<string, boolean>();

/** True for functions of the shared lists; remembered, as logs repeat them. */
function isShared(name: string): boolean {
  let shared = known.get(name);
  if (shared === undefined) {
    shared = commonSkip.some((pattern) => pattern.test(name));
    if (known.size > 20_000) known.clear();
    known.set(name, shared);
  }
  return shared;
}

/** Characters in which the line that names somebody is looked for. */
const searched = 16 * 1024;

export interface Blamed {
  /** The function to blame, or null when the report does not tell. */
  readonly fn: string | null;
  /** The innermost function that is not plumbing: where the source file is looked up. */
  readonly top: string | null;
}

/** Whom a report blames, by its row's recipe. */
export function findFunction(
  blame: Blame,
  items: readonly Item[],
  header: string | null,
  report: string,
): Blamed {
  const text = report.slice(0, searched);
  const skip = blame.skip ?? [];
  const candidates = collect(blame, items, header, text);
  if (blame.exact === true && blame.from[0] === 'line' && blame.at?.test(text) === true) {
    const [exact = null] = candidates;
    return { fn: exact, top: exact };
  }
  const isOwn = (name: string): boolean => !isShared(name) && !skip.some((pattern) => pattern.test(name));
  const isInside = (name: string): boolean => isOwn(name) && !trapEntries.test(name);
  const inside = candidates.find(isInside);
  const top = inside ?? candidates.find(isOwn) ?? null;
  if (top === null && blame.otherwise !== undefined)
    return findFunction(blame.otherwise, items, header, report);
  if (blame.pick === 'hang') return { fn: pickHang(candidates), top };
  if (blame.pick === 'stall') {
    return { fn: pickStall(candidates.filter(inside === undefined ? isOwn : isInside)), top };
  }
  return { fn: top, top };
}

function pickStall(names: readonly string[]): string | null {
  // Calling other CPUs and waiting for them: the victim's stack says nothing about the cause.
  const calling = names.find((name) => /^smp_call_function/.test(name));
  let above = names[0] ?? null;
  let syscall: string | null = null;
  for (const name of names) {
    if (/^(?:__\w+_)?(?:compat_)?(?:sys|SyS)_/.test(name)) syscall ??= name;
    if (entries.some((entry) => entry.test(name))) return above;
    if (name === calling) return name;
    above = name;
  }
  return syscall;
}

function pickHang(names: readonly string[]): string | null {
  for (const name of names) {
    for (const [pattern, bucket] of buckets) if (pattern.test(name)) return bucket;
  }
  return names.find((name) => !waiting.test(name) && !isShared(name)) ?? null;
}

/** The first file of the stacks that is not itself plumbing, or one below it in the same folder's subsystem
 * (`fs/ext4/inode.c` behind `fs/read_write.c`); needs a decoded log. */
export function findFile(files: readonly string[]): string | null {
  const own = files.filter((file) => !plumbing.some((pattern) => pattern.test(file)));
  let best = own[0] ?? files[0] ?? null;
  for (const file of own) {
    if (best !== null && file.startsWith(`${folderOf(best)}/`) && depth(file) > depth(best)) best = file;
  }
  return best;
}

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));
const depth = (file: string): number => file.split('/').length;

/** Files whose functions notice or carry what others did. */
const plumbing: readonly RegExp[] = [
  /\.h$|^\.\.|^\//,
  /^(?:virt\/)?lib\/|^arch\/[^/]+\/lib\//,
  /^mm\/(?:kasan|kmsan|kfence)\/|^kernel\/kcsan\//,
  /^mm\/(?:sl.b(?:_common)?|memory|filemap|folio-compat|truncate|percpu[\w-]*|vmalloc|page_alloc|util|mempool|usercopy)\.c$/,
  /^kernel\/(?:kcov|panic|softirq|kthread|workqueue|stacktrace)\.c$|^kernel\/time\/timer\.c$/,
  /^kernel\/(?:rcu|locking|printk|sched)\//,
  /^arch\/[^/]+\/(?:kernel\/(?:traps|stacktrace|unwind[\w-]*|apic\/apic|entry[\w-]*)|mm\/(?:fault|physaddr)|entry\/[\w/-]+)\.[cS]$/,
  /^arch\/arm64\/kernel\/process\.c$/,
  /^net\/core\/(?:dev|sock|skbuff)\.c$/,
  /^fs\/proc\/generic\.c$|^drivers\/usb\/core\/urb\.c$|^trusty\//,
];
