/** One line of a kernel stack. */
export interface Frame {
  /** Without compiler suffixes (`.isra.0`, `.cold`, `.llvm.1`). */
  readonly fn: string;
  /** False for `?` frames: found on the stack, perhaps left over. */
  readonly sure: boolean;
  /** Source file, when the log was decoded. */
  readonly file: string | null;
  readonly inline: boolean;
}

export type Item =
  | { readonly kind: 'frame'; readonly frame: Frame; readonly at: number }
  /** An instruction pointer: RIP, pc, NIP, epc. `fn` is null when it does not resolve. */
  | { readonly kind: 'pointer'; readonly fn: string | null; readonly user: boolean; readonly at: number }
  | { readonly kind: 'head'; readonly name: Head; readonly at: number };

export type Head = 'trace' | 'allocated' | 'freed' | 'origin' | 'backtrace' | 'access' | 'other';

const symbol = String.raw`([A-Za-z_$][\w$]*(?:\.[\w.$]+)?)\+0x[0-9a-f]+\/0x[0-9a-f]+`;
const frame = new RegExp(
  String.raw`^[ \t]*(?:#\d+:? )?(?:(?:\[<?(?:0x)?[0-9a-f]+>?\]|\[[ \t]*\(ptrval\)[ \t]*\]) ?){0,2}[ \t]*(\?[ \t]+)?(?:\d+:)?${symbol}(.*)$`,
);
const inlined =
  /^[ \t]*(\?[ \t]+)?([A-Za-z_$][\w$]*(?:\.[\w.$]+)?)[ \t]+((?:\.\/|\.\.\/)*[\w./-]+\.[chSs](?:rs)?):\d+ \[inline\]/;
const located = /(?:^|[ \t])((?:\.\/|\.\.\/|\/)*[\w./+-]+\.(?:[chS]|rs)):\d+/;
const pointer = new RegExp(
  String.raw`(?:^|[ \t\]])(?:[RE]?IP:?|PC is at|[pP][cC] :|NIP:?|epc :|ERA:|Krnl PSW :[^(]*\()[ \t]+(?:(?:[0-9a-f]{2,4}:)?(?:\[<?(?:0x)?[0-9a-f]+>?\][ \t]*|\[[ \t]*\(ptrval\)[ \t]*\][ \t]*){0,2}(?:[0-9a-f]{4}:)?${symbol}|)`,
);
const pointerAny = /(?:^|[ \t\]])(?:(?:RIP|EIP|IP|NIP)(?::|[ \t]+\[)|PC is at |[pP]c : |epc : )/;
const heads: readonly (readonly [RegExp, Head])[] = [
  [
    /^[ \t]*(?:CPU: \d+ PID: \d+ )?(?:Call [Tt]race|Backtrace|Stack traceback|\[<[0-9a-f]+>\] \(unwind_backtrace\))(?::|$|\b)/,
    'trace',
  ],
  [/^[ \t]*Allocated(?: by task \d+.*)?:/, 'allocated'],
  [/^[ \t]*(?:allocated by task \d+ )/, 'allocated'],
  [/^[ \t]*Freed(?: by task \d+.*)?:/, 'freed'],
  [/^[ \t]*(?:freed by task \d+ )/, 'freed'],
  [
    /^[ \t]*(?:Uninit was (?:created|stored to memory) at|Local variable .* created at|Memory was marked as uninitialized)/,
    'origin',
  ],
  [/^[ \t]*(?:hex dump|backtrace(?: \(.*\))?:)/, 'backtrace'],
  [/^[ \t]*(?:read|write|read-write|assert no)[a-z() -]* to 0x[0-9a-f]+ of \d+ bytes by /, 'access'],
  [/^[ \t]*(?:Last potentially related work creation:|Second to last potentially)/, 'other'],
  [/^[ \t]*page (?:last allocated via|last free |has been migrated)/, 'other'],
];

/** Cuts `.isra.0`, `.constprop.1`, `.cold`, `.llvm.123` and `.part.2` off a symbol. */
export function plainSymbol(name: string): string {
  const dot = name.indexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** A frame, or null when the line (without its printk prefix) is none. */
export function parseFrame(text: string): Frame | null {
  const match = frame.exec(text);
  if (match !== null) {
    const rest = match[3] ?? '';
    return {
      fn: plainSymbol(match[2] ?? ''),
      sure: match[1] === undefined && !rest.includes('(unreliable)'),
      file: located.exec(rest)?.[1]?.replace(/^(?:\.\.?\/)+/, '') ?? null,
      inline: false,
    };
  }
  const inner = inlined.exec(text);
  if (inner === null) return null;
  const file = (inner[3] ?? '').replace(/^(?:\.\.?\/)+/, '');
  return { fn: plainSymbol(inner[2] ?? ''), sure: inner[1] === undefined, file, inline: true };
}

/** What of a stack a line is, or null. `at` is handed back as it came. */
export function parseItem(text: string, at: number): Item | null {
  if (pointerAny.test(text)) {
    const user = /IP: 00(?:33|23|73|2b):/.test(text);
    const match = pointer.exec(text);
    return { kind: 'pointer', fn: match?.[1] === undefined ? null : plainSymbol(match[1]), user, at };
  }
  for (const [head, name] of heads) if (head.test(text)) return { kind: 'head', name, at };
  const found = parseFrame(text);
  return found === null ? null : { kind: 'frame', frame: found, at };
}
