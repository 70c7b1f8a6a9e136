import type { Blame, Rule, RuleTable } from './rule.js';

const frames: Blame = { from: ['header', 'trace'] };
const freeing: Blame = {
  from: ['header', 'trace'],
  skip: [/^kmem_|^slab_|kfree|vunmap|vfree|^mempool_|free_pages/],
};
const fn = String.raw`(?:\S+ )??(?<fn>[A-Za-z_$][\w$]*)(?:\.[\w.$]+)?(?:\+0x|$|\s|\/)`;
/** The two sides of a race, or the one that is known. */
const pair = String.raw`(?<fn>[\w$]+)(?:\.[\w.$]+)?(?:\+\S+)?(?: \/ (?<other>[\w$]+))?`;
/** 66 of them: SLUB, which may have its say inside a report of old, has 77 (mm/slub.c: slab_bug), and UBSAN had 80. */
const kasanEnd = /^={60,70}$/;

/** A bad access that KASAN saw: what, where, and on a line of its own whether it was read or written. */
const kasan = (id: string, kind: string, splatClass: string): Rule => ({
  id,
  family: 'sanitizer',
  words: ['BUG: KASAN'],
  start: new RegExp(`BUG: KASAN: (?<kind>${kind}) in ${fn}`),
  needs: /^(?<rw>Read|Write) (?:of size|at addr)/m,
  class: splatClass,
  title: 'KASAN: {kind} {rw} in {fn}',
  blame: frames,
  end: kasanEnd,
  stack: true,
});

/** A KASAN report without the line of the access. */
const kasanCut = (id: string, kind: string, splatClass: string): Rule => ({
  id,
  family: 'sanitizer',
  words: ['BUG: KASAN'],
  start: new RegExp(
    `BUG: KASAN:? ?(?<rest>(?:${kind})(?![a-z-]).{0,160}|${kind === '' ? '.{0,160}' : '(?!)'})`,
  ),
  class: splatClass,
  title: 'KASAN: {rest#}',
  end: kasanEnd,
  corrupted: 'the line of the access is missing',
});

/** Where uninitialised bytes are noticed, rather than whose they are. */
const carriers = [
  /alloc_skb|^netlink_(?:ack|rcv_skb)|encrypt$|^(?:crypto|cipher|drbg|rng|skcipher|shash|ahash)_|^usb_(?:submit_urb|start_wait_urb|(?:bulk|interrupt|control)_msg)/,
];

const kmsanRow = (id: string, kind: string, splatClass: string, title = 'KMSAN: {kind} in {fn}'): Rule => ({
  id,
  family: 'sanitizer',
  words: ['BUG: KMSAN'],
  start: new RegExp(`BUG: KMSAN: (?<kind>${kind}) in ${fn}`),
  class: splatClass,
  title,
  blame: { from: ['header', 'frames'], skip: carriers },
  end: /^={53}$/,
});

// mm/kmsan/report.c: kmsan_print_report.
const kmsan: RuleTable = [
  kmsanRow('kmsan-old', 'use of uninitialized memory', 'KMSAN-UNINIT-VALUE', 'KMSAN: uninit-value in {fn}'),
  kmsanRow('kmsan-after-free', '[a-z-]+-after-free', 'KMSAN-USE-AFTER-FREE-READ'),
  kmsanRow('kmsan-leak', 'kernel-(?:[a-z]+-)?infoleak', 'KMSAN-INFO-LEAK'),
  kmsanRow('kmsan-uninit', 'uninit-value', 'KMSAN-UNINIT-VALUE'),
  kmsanRow('kmsan-other', '[a-z-]+', 'KMSAN-UNKNOWN'),
];

// mm/kasan/report.c: print_error_description, end_report. mm/kfence/report.c: kfence_report_error.
// mm/kmsan/report.c: kmsan_print_report. kernel/kcsan/report.c: print_report. lib/ubsan.c: ubsan_prologue.
export const sanitizers: RuleTable = [
  {
    // Older kernels could not tell which of the two; one name for all three keeps their histories together.
    id: 'kasan-free',
    family: 'sanitizer',
    words: ['BUG: KASAN'],
    start: new RegExp(`BUG: KASAN: (?:double-free or invalid-free|double-free|invalid-free) in ${fn}`),
    class: 'KASAN-INVALID-FREE',
    title: 'KASAN: invalid-free in {fn}',
    blame: freeing,
    end: kasanEnd,
    stack: true,
  },
  kasan('kasan-use-after-free', '(?:slab-)?use-after-free', 'KASAN-USE-AFTER-FREE-{RW}'),
  kasan('kasan-null', 'null-ptr-deref', 'KASAN-NULL-POINTER-DEREFERENCE-{RW}'),
  kasan('kasan-bounds', '(?:(?:alloca|global|slab|stack|vmalloc)-)?out-of-bounds', 'KASAN-{RW}'),
  kasan('kasan-wild', '(?:user|wild)-memory-access', 'KASAN-{RW}'),
  kasan('kasan-tag', 'invalid-access|unknown-crash', 'KASAN-{RW}'),
  kasan('kasan-other', '[a-z-]+', 'KASAN-UNKNOWN'),
  {
    id: 'kasan-old',
    family: 'sanitizer',
    words: ['BUG: KASAN'],
    start: /BUG: KASAN: (?<kind>[a-z-]+) on address/,
    needs: /^(?<rw>Read|Write) of size \d+/m,
    class: 'KASAN-{RW}',
    title: 'KASAN: {kind} {rw}',
    end: kasanEnd,
  },
  {
    id: 'kasan-async',
    family: 'sanitizer',
    words: ['BUG: KASAN'],
    start: /BUG: KASAN: invalid-access$/,
    class: 'KASAN-READ',
    title: 'KASAN: invalid-access',
    end: kasanEnd,
  },
  kasanCut('kasan-cut-free', '(?:slab-)?use-after-free', 'KASAN-USE-AFTER-FREE-READ'),
  kasanCut('kasan-cut', '(?:slab|stack)-out-of-bounds|wild-memory-access', 'KASAN-READ'),
  kasanCut('kasan-cut-other', '', 'KASAN-UNKNOWN'),
  {
    id: 'kfence-corruption',
    family: 'sanitizer',
    words: ['BUG: KFENCE'],
    start: new RegExp(`BUG: KFENCE: memory corruption in ${fn}`),
    class: 'KFENCE-MEMORY-CORRUPTION',
    title: 'KFENCE: memory corruption in {fn}',
    blame: { ...freeing, from: ['header', 'frames'] },
    end: kasanEnd,
  },
  {
    id: 'kfence-free',
    family: 'sanitizer',
    words: ['BUG: KFENCE'],
    start: new RegExp(`BUG: KFENCE: invalid free in ${fn}`),
    class: 'KFENCE-INVALID-FREE',
    title: 'KFENCE: invalid free in {fn}',
    blame: { ...freeing, from: ['header', 'frames'] },
    end: kasanEnd,
  },
  {
    id: 'kfence-use-after-free',
    family: 'sanitizer',
    words: ['BUG: KFENCE'],
    start: new RegExp(`BUG: KFENCE: (?<kind>use-after-free) (?<rw>read|write) in ${fn}`),
    class: 'KFENCE-USE-AFTER-FREE-{RW}',
    title: 'KFENCE: {kind} {rw} in {fn}',
    blame: { from: ['header', 'frames'] },
    end: kasanEnd,
  },
  {
    id: 'kfence-access',
    family: 'sanitizer',
    words: ['BUG: KFENCE'],
    start: new RegExp(`BUG: KFENCE: (?<kind>out-of-bounds|invalid) (?<rw>read|write) in ${fn}`),
    class: 'KFENCE-{RW}',
    title: 'KFENCE: {kind} {rw} in {fn}',
    blame: { from: ['header', 'frames'] },
    end: kasanEnd,
  },
  ...kmsan,
  {
    id: 'kcsan-assert',
    family: 'sanitizer',
    words: ['BUG: KCSAN'],
    start: new RegExp(`BUG: KCSAN: assert: race in ${pair}`),
    class: 'KCSAN-ASSERT',
    title: 'KCSAN: assert: race in {fn}{/other}',
    blame: { from: ['header'] },
    end: kasanEnd,
  },
  {
    id: 'kcsan-race',
    family: 'sanitizer',
    words: ['BUG: KCSAN'],
    start: new RegExp(`BUG: KCSAN: data-race in ${pair}`),
    class: 'KCSAN-DATARACE',
    title: 'KCSAN: data-race in {fn}{/other}',
    blame: { from: ['header'] },
    end: kasanEnd,
  },
  {
    id: 'ubsan-old',
    family: 'sanitizer',
    words: ['UBSAN: '],
    start: /UBSAN: Undefined behaviour in (?<file>[\w./-]+):\d+/,
    class: 'UBSAN',
    title: 'UBSAN: undefined-behaviour in {fn}',
    blame: { from: ['trace'], skip: [/ubsan|overflow/] },
    end: /^={60,}$/,
    stack: true,
  },
  {
    id: 'ubsan-index',
    family: 'sanitizer',
    words: ['UBSAN: '],
    start: /UBSAN: (?<kind>array-index-out-of-bounds) in (?<file>[\w./-]+):\d+/,
    class: 'MEMORY_SAFETY_UBSAN',
    title: 'UBSAN: {kind} in {fn}',
    blame: { from: ['trace'], skip: [/ubsan|overflow/] },
    end: /^---\[ end trace/,
    stack: true,
  },
  {
    id: 'ubsan',
    family: 'sanitizer',
    words: ['UBSAN: '],
    start: /UBSAN: (?<kind>[a-z-]+) in (?<file>[\w./-]+):\d+/,
    class: 'UBSAN',
    title: 'UBSAN: {kind} in {fn}',
    blame: { from: ['trace'], skip: [/ubsan|overflow/] },
    end: /^---\[ end trace/,
    stack: true,
  },
  {
    // x86 with CONFIG_UBSAN_TRAP: arch/x86/kernel/traps.c handle_bug; an invalid opcode oops follows.
    id: 'ubsan-trap',
    family: 'lead',
    lead: 'named',
    words: ['UBSAN: '],
    start: /UBSAN: (?<kind>[a-z ]+) at (?<fn>[\w$]+)/,
    class: 'UBSAN',
    title: 'UBSAN: {kind} in {fn}',
    blame: { from: ['header', 'trace'] },
  },
];
