/** One line of a raw console log, taken apart. Offsets are bytes into the log. */
export interface LogLine {
  readonly start: number;
  /** Just behind the newline. */
  readonly end: number;
  /** The message: prefix, escapes and NULs removed. One character a byte (latin1). */
  readonly text: string;
  /** The printk caller (`T123`, `C0`), `console` when the line has only a time, '' when it has neither. */
  readonly caller: string;
  /** Seconds since boot, or null. */
  readonly time: number | null;
  /** printk records the kernel says it dropped before this line. */
  readonly dropped: number;
  /** `<N>` in front: facility * 8 + level; null where the log does not tell. */
  readonly priority: number | null;
  /** Written by a log daemon that repeats the kernel's lines. */
  readonly syslog: boolean;
}

/** A line longer than this is judged in pieces, so that one line cannot eat the memory. */
export const longestLine = 16_384;

/** printk records are shorter (LOG_LINE_MAX); what goes beyond is kept as evidence and not searched. */
const longestText = 2_048;

// kernel/printk/printk.c: info_print_prefix (`<N>`, `[%5lu.%06lu]`, print_caller `[%6s]`), console_prepend_dropped,
// console_prepend_replay. dmesg -T writes a date instead of seconds.
const printk =
  /^(?:.{0,200}?\*\* (\d+) printk messages dropped \*\*\s*)?(?:\*\* replaying previous printk message \*\*\s*)?(?:.{0,300}?\blogin: )?(?:<(\d{1,3})>)?(?:\[ *(\d+\.\d+)\](?:\[ *([CT]\d+)\])?|\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})\]|\[ *([CT]\d+)\])[ \t]?/;
/** Nearly every line: seconds and perhaps the caller, nothing before them. */
const plain = /^\[ *(\d+\.\d+)\](?:\[ *([CT]\d+)\])?[ \t]?/;
const dropped = /\*\* (\d+) printk messages dropped \*\*\s*/;
const daemon =
  /^(?:[A-Z][A-Za-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ (?:\S+ )?(?:kernel|KERNEL): ?(?=(\[)?)/;
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;
const dirt = /[\0\x1b]/;

/** Takes one raw line (latin1, with or without its end) apart. */
export function parseLine(raw: string, start: number): LogLine {
  const end = start + raw.length;
  let text = raw.length > longestText ? raw.slice(0, longestText) : raw;
  while (text.endsWith('\n') || text.endsWith('\r')) text = text.slice(0, -1);
  if (dirt.test(text)) text = text.replace(escapes, '').replaceAll('\0', '');
  const simple = plain.exec(text);
  if (simple !== null && !text.includes('login: ')) {
    return {
      start,
      end,
      text: text.slice(simple[0].length),
      caller: simple[2] ?? 'console',
      time: Number(simple[1]),
      dropped: 0,
      priority: null,
      syslog: false,
    };
  }
  const syslog = daemon.exec(text);
  if (syslog !== null) text = text.slice(syslog[0].length);
  const match = printk.exec(text);
  if (match === null) {
    const lost = dropped.exec(text);
    if (lost !== null) text = text.slice(lost.index + lost[0].length);
    const count = lost === null ? 0 : Number(lost[1]);
    return {
      start,
      end,
      text,
      caller: '',
      time: null,
      dropped: count,
      priority: null,
      syslog: syslog !== null,
    };
  }
  return {
    start,
    end,
    text: text.slice(match[0].length),
    caller: match[4] ?? match[6] ?? 'console',
    time: match[3] === undefined ? null : Number(match[3]),
    dropped: match[1] === undefined ? 0 : Number(match[1]),
    priority: match[2] === undefined ? null : Number(match[2]),
    syslog: syslog !== null,
  };
}

/** Bytes of the guest as text for people: UTF-8 where it is, replacement characters where it is not. */
export function readable(latin1: string): string {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
