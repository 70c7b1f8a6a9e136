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
  /^(?:\*\* replaying previous printk message \*\*\s*)?(?:.{0,300}?\blogin: )?(?:<(\d{1,3})>)?(?:\[ *(\d+\.\d+)\](?:\[ *([CT]\d+)\])?|\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})\]|\[ *([CT]\d+)\])[ \t]?/;
const dropped = /\*\* (\d+) printk messages dropped \*\*\s*/;
const daemon =
  /^(?:[A-Z][A-Za-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ (?:\S+ )?(?:kernel|KERNEL): ?(?=(\[)?)/;
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;
/** A line with this may have more before its message than a plain prefix, or bytes to be taken out. */
const dirt = /[\0\x1b]|login: |messages dropped/;

/** Takes one raw line (latin1, with or without its end) apart. */
export function parseLine(raw: string, start: number): LogLine {
  let length = Math.min(raw.length, longestText);
  while (length > 0 && isEnd(raw.charCodeAt(length - 1))) length--;
  return (
    (dirt.test(raw) ? null : parsePlain(raw, length, start)) ?? parseOther(raw.slice(0, length), raw, start)
  );
}

const isEnd = (code: number): boolean => code === 0x0a || code === 0x0d;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

function behindDigits(raw: string, from: number): number {
  let at = from;
  while (isDigit(raw.charCodeAt(at))) at++;
  return at;
}

function behindBlanks(raw: string, from: number): number {
  let at = from;
  while (raw.charCodeAt(at) === 0x20) at++;
  return at;
}

/** Nearly every line: seconds and perhaps the caller, nothing before them. By hand, as this is what a log consists of. */
function parsePlain(raw: string, length: number, start: number): LogLine | null {
  if (raw.charCodeAt(0) !== 0x5b) return null;
  const from = behindBlanks(raw, 1);
  const dot = behindDigits(raw, from);
  const close = behindDigits(raw, dot + 1);
  if (dot === from || close === dot + 1 || raw[dot] !== '.' || raw[close] !== ']') return null;
  let at = close + 1;
  let caller = 'console';
  if (raw[at] === '[') {
    const who = behindBlanks(raw, at + 1);
    const kind = raw[who];
    const behind = behindDigits(raw, who + 1);
    if ((kind === 'C' || kind === 'T') && behind > who + 1 && raw[behind] === ']') {
      caller = raw.slice(who, behind);
      at = behind + 1;
    }
  }
  const blank = raw.charCodeAt(at);
  if (blank === 0x20 || blank === 0x09) at++;
  const told = vendorPrefix(raw, at);
  if (told !== null) {
    caller = told.caller;
    at = told.at;
  }
  if (at > length) return null;
  return {
    start,
    end: start + raw.length,
    text: raw.slice(at, length),
    caller,
    time: Number(raw.slice(from, close)),
    dropped: 0,
    priority: null,
    syslog: false,
  };
}

/** Kernels of phones tell CPU, task and pid of each line: `[4:  kworker/4:1: 1608] ` or `(4)[1608:kworker/4:1]`. */
const vendor = / ?(?:\[\d+: *[^\]]{1,20}: *(\d+)\] |\(\d+\)\[(\d+):[^\]]{1,20}\] ?)/y;

function vendorPrefix(raw: string, from: number): { readonly caller: string; readonly at: number } | null {
  const first = raw.charCodeAt(from) === 0x20 ? from + 1 : from;
  const opens = raw[first] === '[' || raw[first] === '(';
  if (!opens || !isDigit(raw.charCodeAt(first + 1))) return null;
  vendor.lastIndex = from;
  const found = vendor.exec(raw);
  return found === null ? null : { caller: `T${found[1] ?? found[2]}`, at: vendor.lastIndex };
}

function parseOther(line: string, raw: string, start: number): LogLine {
  const end = start + raw.length;
  let text = line;
  if (dirt.test(text)) text = text.replace(escapes, '').replaceAll('\0', '');
  const syslog = daemon.exec(text);
  if (syslog !== null) text = text.slice(syslog[0].length);
  let lost = 0;
  let match = printk.exec(text);
  const told = dropped.exec(match === null ? text : text.slice(match[0].length));
  if (told !== null) {
    lost = Number(told[1]);
    // Behind a line that has a prefix it cuts into that line's message; before one it is nobody's.
    if (match !== null) {
      const at = match[0].length + told.index;
      text = `${text.slice(0, at)} ${text.slice(at + told[0].length)}`.trimEnd();
    } else {
      text = text.slice(told.index + told[0].length);
      match = printk.exec(text);
    }
  }
  return {
    start,
    end,
    text: text.slice(match?.[0].length ?? 0),
    caller: match === null ? '' : (match[3] ?? match[5] ?? 'console'),
    time: match?.[2] === undefined ? null : Number(match[2]),
    dropped: lost,
    priority: match?.[1] === undefined ? null : Number(match[1]),
    syslog: syslog !== null,
  };
}

/** Bytes of the guest as text for people: UTF-8 where it is, replacement characters where it is not. */
export function readable(latin1: string): string {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
