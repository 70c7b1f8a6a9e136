// What lines of a kernel report look like: they keep a report open, other lines do not.
const starts: readonly RegExp[] = [
  /^\s*<\/?(?:TASK|IRQ|NMI|SOFTIRQ|EOI|EOE|#DF|#DB|#MC|ENTRY_TRAMPOLINE|UNK|#\w+)>/,
  /^\s*(?:Call [Tt]race|Backtrace|stack backtrace|backtrace|Code|Stack|Modules linked in|Hardware name|Workqueue|Tainted|Exception stack|CPU|Comm|Pid|Process|Flags|PKRU|pstate|psr|Mem abort info|Data abort info|user pgtable|swapper pgtable|Kernel Offset|Dumping ftrace buffer|Sending NMI|NMI backtrace|Showing |Memory state|Allocated|Freed|allocated by|freed by|Uninit was|Local variable|Bytes? |Memory access of|Data copied to|Reported by|value changed|read to|write to|read-write to|race at|Last potentially|Second to last|The buggy|The address|Disabling |other info|Possible |Chain exists|CPU0|lock\(|irq event stamp|(?:hard|soft)irqs last|page|raw|head|flags|page_type|page_owner|PGD|P4D|pgd|Oops|Internal error|#PF|BUG|INFO|WARNING|KASAN|kfence-#|Object|Redzone|Padding|Slab|Bytes|Freepointer|EFLAGS|ORIG_|FS|GS|ES|DS|CS|CR\d|DR\d|RIP|EIP|RSP|ESP|IP|PC|LR|SP|NIP|MSR|CFAR|epc|status|[RE][A-Z0-9]{1,2}|[xr]\d{1,2}|GPR\d\d|sp|ip|fp|lr|pc|gp|tp|[tas]\d{1,2})\b/,
  /^\s*(?:[0-9a-f]{2} ){4,}/,
  /^\s*(?:>\s*)?[0-9a-f]{8,}: (?:[0-9a-f]{2,4} ?){4}/,
  /^\s*[0-9a-f]{4}: +[0-9a-f]{8}/,
  /^\s*\^/,
  /^[=*-]{4,}|^---\[|^-+\[ cut here/,
  /^\s*#\d+: |^-> #\d+|^\s*\.\.\. |^(?:but |and this task|the existing|which lock|other info|stack backtrace|this lock|is trying|but task|which became|to a |\{|\s+\* )/,
  /^(?:rcu|\s*rcu|\t|\s{2,}\()/,
  /^(?:task:|syz|kworker|\S+\s+[RSDTtXZ]\s+)/,
  /^Kernel panic|^Rebooting in|^---\[ end|^note: |^Fixing recursive/,
  /^(?:object|workqueue|pool| {2}hex dump| {2}comm | {2}pwq| {4}in-flight)/,
  /^(?:goroutine \d+ |runtime |runtime\.|main\.|created by |\t\S+:\d+|panic: |fatal: )/,
  /^\s+\w+(?:\.\w+)*\s*$/,
];

/** One search for all of them, at the start of the line only. */
const start = new RegExp(starts.map(({ source }) => `(?:${source})`).join('|'), 'y');
const inside = /locks? held by|is trying to|locks? still held|\bat addr |of size \d|by task /;

/** True for a line that belongs into a kernel report. */
export function looksLikeReport(text: string): boolean {
  if (text.includes('+0x') || text.includes('[<') || text.includes(' at: ')) return true;
  start.lastIndex = 0;
  return start.test(text) || inside.test(text);
}
