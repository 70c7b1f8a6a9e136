import type { Blame, Rule, RuleTable } from './rule.js';

const fault: Blame = { from: ['pointer', 'trace'] };
const end = /^---\[ end (?:trace|Kernel panic)/;

const oops = (id: string, words: string[], start: RegExp, title: string, more: Partial<Rule> = {}): Rule => ({
  id,
  family: 'oops',
  words,
  start,
  class: 'DoS',
  title,
  blame: fault,
  end,
  fatal: true,
  ...more,
});

/** After `BUG: …`, `kernel BUG at …` the oops header belongs to the same report. */
const partOf = ['oops', 'bug'] as const;

// arch/x86/mm/fault.c: show_fault_oops; arch/x86/kernel/dumpstack.c: __die_header; arch/arm64/kernel/traps.c: die;
// arch/arm64/mm/fault.c: die_kernel_fault; lib/bug.c: __report_bug.
export const fatal: RuleTable = [
  oops(
    'stack-guard',
    ['stack guard page'],
    /BUG: (?:IRQ |#DF |\w+ )?stack guard page was hit at/,
    'BUG: stack guard page was hit in {fn}',
    {
      class: 'STACK-OVERFLOW',
      blame: { from: ['pointer', 'trace'], pick: 'stall' },
    },
  ),
  oops(
    'paging',
    ['BUG: unable', 'BUG: Unable'],
    /BUG: (?:[uU]nable to handle kernel paging request|unable to handle page fault for address|Unable to handle kernel data access)/,
    'BUG: unable to handle kernel paging request in {fn}',
    {
      class: 'MEMORY_SAFETY_BUG',
      stack: true,
    },
  ),
  oops(
    'null',
    ['NULL pointer deref'],
    /BUG: (?:[uU]nable to handle kernel NULL pointer dereference|[kK]ernel NULL pointer dereference)/,
    'BUG: unable to handle kernel NULL pointer dereference in {fn}',
    {
      class: 'NULL-POINTER-DEREFERENCE',
      stack: true,
    },
  ),
  oops(
    'unable-cut',
    ['BUG: unable', 'BUG: Unable'],
    /BUG: [uU]nable to handle (?:kernel|page)/,
    'BUG: unable to handle kernel',
    {
      class: 'MEMORY_SAFETY_BUG',
      blame: { from: [] },
      corrupted: 'the line that says what could not be handled is cut',
    },
  ),
  oops(
    'arm-null',
    ['Unable to handle'],
    /Unable to handle kernel NULL pointer dereference/,
    'BUG: unable to handle kernel NULL pointer dereference in {fn}',
    {
      class: 'NULL-POINTER-DEREFERENCE',
    },
  ),
  oops(
    'arm-stack',
    ['Insufficient stack'],
    /Insufficient stack space to handle exception!/,
    'kernel stack overflow in {fn}',
    { blame: { from: ['pointer', 'trace'], pick: 'stall' }, class: 'DoS' },
  ),
  oops('riscv-stack', ['nel stack overflow'], /[kK]ernel stack overflow/, 'kernel stack overflow in {fn}', {
    blame: { from: ['pointer', 'trace'], pick: 'stall' },
    joins: partOf,
  }),
  oops(
    'arm-user',
    ['Unable to handle'],
    /Unable to handle kernel access to user memory/,
    'BUG: unable to handle kernel access to user memory in {fn}',
    { class: 'MEMORY_SAFETY_BUG' },
  ),
  oops(
    'arm-paging',
    ['Unable to handle'],
    /Unable to handle (?:kernel|unknown)/,
    'BUG: unable to handle kernel paging request in {fn}',
    {
      class: 'MEMORY_SAFETY_BUG',
    },
  ),
  oops(
    'fred',
    ['FRED event'],
    /BUG: invalid or fatal FRED event/,
    'BUG: invalid or fatal FRED event in {fn}',
  ),
  oops(
    'gpf',
    ['protection fault'],
    /(?:Oops: |segment-related )*general protection fault(?:, (?:probably|maybe) for [^:]*)?[:,]/,
    'general protection fault in {fn}',
    {
      not: /traps: |error:[0-9a-f]+ in /,
      joins: ['bug'],
      stack: true,
    },
  ),
  oops('gpf-probe', ['protection fault'], /general protection fault$/, 'general protection fault in {fn}', {
    not: /traps: /,
  }),
  oops('stack-segment', ['stack segment'], /(?:Oops: )?stack segment: /, 'stack segment fault in {fn}'),
  oops('divide', ['divide error', 'divide_error'], /(?:Oops: )?divide[ _]error: /, 'divide error in {fn}', {
    not: /traps: .* trap divide error ip/,
  }),
  // #BP pushes the address after the breakpoint, so the byte before <..> is the one that trapped. When that is no
  // breakpoint (cc, or cd 03), memory did not hold what the CPU executed: QEMU's TCG ran code that was translated
  // before the kernel patched it (arch/x86/kernel/alternative.c: smp_text_poke_int3_handler finds nothing to do).
  oops('int3-stale', ['int3: 0'], /(?:Oops: )?int3: /, 'int3 that memory does not hold in {fn}', {
    class: 'EMULATOR',
    needs: /Code: (?:[0-9a-f]{2} )*(?!cc |03 )[0-9a-f]{2} <[0-9a-f]{2}>/,
  }),
  oops('int3', ['int3: 0'], /(?:Oops: )?int3: /, 'int3 in {fn}'),
  oops('opcode', ['invalid opcode'], /(?:Oops: )?invalid opcode: /, 'invalid opcode in {fn}', {
    joins: [...partOf, 'lead', 'sanitizer', 'warn'],
  }),
  oops('double-fault', ['double fault'], /PANIC: double fault/, 'PANIC: double fault in {fn}', {
    joins: partOf,
    blame: { from: ['pointer'] },
  }),
  oops(
    'double-fault-die',
    ['double fault'],
    /(?:Oops: )?double fault: [0-9a-f]+ \[#/,
    'PANIC: double fault in {fn}',
    { joins: partOf },
  ),
  oops('arm-internal', ['nternal error'], /[iI]nternal error: [^[]{0,160}\[#\d/, 'Internal error in {fn}', {
    joins: partOf,
  }),
  oops('arm-unhandled', ['Unhandled '], /Unhandled (?:fault|prefetch abort): /, 'Unhandled fault in {fn}'),
  oops('alignment', ['Alignment tr'], /Alignment trap: not handling instruction/, 'Alignment trap in {fn}'),
  // arch/powerpc/kernel/traps.c: what a BUG() of powerpc ends in.
  oops('ppc-exception', ['Oops: Exception in'], /Oops: Exception in kernel mode, sig: /, 'Oops in {fn}', {
    joins: [...partOf, 'sanitizer', 'lead', 'page', 'warn'],
  }),
  // arch/s390/kernel/dumpstack.c: die.
  oops(
    's390',
    [' ilc:'],
    /(?!Oops)(?<what>[a-z][a-z -]{3,40}): [0-9a-f]{4} ilc:\d \[#\d+\]/,
    '{what} in {fn}',
    {
      joins: partOf,
    },
  ),
  // arch/{mips,loongarch}/kernel/traps.c, unaligned.c: die_if_kernel.
  oops(
    'die',
    ['in kernel code', 'kernel unaligned', 'rom kernel context', 'Integer overflow'],
    /(?<what>[A-Z][A-Za-z_ ]{5,60}!?)\[#\d+\]:/,
    '{what} in {fn}',
    { joins: partOf },
  ),
  oops(
    'oops',
    ['Oops: ', 'Oops [#', 'Oops - ', 'Oops[#'],
    /Oops(?:[:\s-][^[]{0,120})?\[#\d+\]/,
    'Oops in {fn}',
    {
      joins: [...partOf, 'sanitizer', 'lead', 'page'],
      class: 'MEMORY_SAFETY_BUG',
    },
  ),
  {
    id: 'list-bug',
    family: 'bug',
    words: ['ernel BUG at'],
    start: /kernel BUG at (?<file>lib\/list_debug\.c)/,
    class: 'MEMORY_SAFETY_BUG',
    title: 'BUG: corrupted list in {fn}',
    blame: { from: ['pointer', 'trace'], skip: [/list_(?:add|del)/] },
    end,
    fatal: true,
    stack: true,
  },
  {
    id: 'usercopy-bug',
    family: 'bug',
    words: ['ernel BUG at'],
    start: /kernel BUG at (?<file>mm\/usercopy\.c)/,
    class: 'BUG',
    title: 'BUG: bad usercopy in {fn}',
    blame: { from: ['pointer', 'trace'], skip: [/usercopy|^__check|^check_/] },
    end,
    fatal: true,
    stack: true,
  },
  {
    // lib/string_helpers.c: __fortify_panic warns first, and then calls BUG().
    id: 'fortify-bug',
    family: 'bug',
    words: ['ernel BUG at'],
    start: /kernel BUG at (?<file>lib\/string_helpers\.c)/,
    class: 'BUG',
    title: 'kernel BUG in {fn}',
    bare: 'kernel BUG at {file}',
    blame: { from: ['pointer', 'header', 'trace'] },
    end,
    fatal: true,
    stack: true,
    follows: ['warn'],
    behind: /detected buffer overflow/,
  },
  {
    id: 'bug',
    family: 'bug',
    words: ['ernel BUG at'],
    start: /[kK]ernel BUG at (?:(?<file>[\w./-]+\.[chrsS]+)[:!]|(?<fn>[\w$]+))/,
    class: 'BUG',
    title: 'kernel BUG in {fn}',
    bare: 'kernel BUG at {file}',
    // Much of the network stack wraps its buffers' BUG_ON: the caller handed them something wrong.
    blame: { from: ['pointer', 'header', 'trace'], skip: [/^_*p?skb_/] },
    end,
    fatal: true,
    stack: true,
  },
  {
    // arch/mips/kernel/traps.c: do_trap_or_bp; arch/riscv/kernel/traps.c: handle_break.
    id: 'bug-trap',
    family: 'bug',
    words: ['Kernel bug detected', 'Kernel BUG [#'],
    start: /Kernel (?:bug detected ?|BUG )\[#\d+\]/,
    class: 'BUG',
    title: 'kernel BUG in {fn}',
    bare: 'kernel BUG',
    blame: fault,
    joins: ['bug'],
    end,
    fatal: true,
  },
  {
    id: 'bug-generic',
    family: 'bug',
    words: ['BUG: failure at'],
    start: /BUG: failure at (?<file>[\w./-]+):\d+\/(?<fn>[\w$]+)\(\)/,
    class: 'BUG',
    title: 'kernel BUG in {fn}',
    blame: { from: ['header'] },
    end,
    fatal: true,
  },
  {
    id: 'rust',
    family: 'bug',
    words: ['panicked at'],
    // rust/kernel/lib.rs: panic; what is wrong stands on the next line.
    start: /rust_kernel: panicked at (?<file>[\w./-]+):\d+/,
    needs: /panicked at .*(?:\n(?<what>.{1,120}))?/,
    class: 'BUG',
    title: '{what} in {fn}',
    bare: 'kernel BUG at {file}',
    blame: { from: ['trace'] },
    end,
    fatal: true,
  },
];
