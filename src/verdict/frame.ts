/** One line of a kernel stack. */
export interface Frame {
  /** Without compiler suffixes (`.isra.0`, `.cold`, `.llvm.1`). */
  readonly fn: string;
  /** False for `?` frames: found on the stack, perhaps left over. */
  readonly sure: boolean;
  /** Source file, when the log was decoded. */
  readonly file: string | null;
  readonly inline: boolean;
  /** As printed, suffixes and all: what the symbol table knows. */
  readonly symbol: string;
  /** Bytes into the function, and the bytes it has; null for inlined functions of a decoded log. */
  readonly offset: number | null;
  readonly size: number | null;
  readonly module: string | null;
  /** Line of `file`. */
  readonly line: number | null;
}

export type Item =
  | { readonly kind: 'frame'; readonly frame: Frame; readonly at: number }
  /** An instruction pointer: RIP, pc, NIP, epc. `fn` is null when it does not resolve. */
  | {
      readonly kind: 'pointer';
      readonly fn: string | null;
      readonly user: boolean;
      readonly file: string | null;
      /** The same as a frame, null when it does not resolve. */
      readonly frame: Frame | null;
      readonly at: number;
    }
  | { readonly kind: 'head'; readonly name: Head; readonly text: string; readonly at: number };

export type Head =
  | 'trace'
  | 'allocated'
  | 'freed'
  | 'origin'
  | 'backtrace'
  | 'access'
  | 'page-allocated'
  | 'page-freed'
  | 'other';

const symbol = String.raw`([A-Za-z_$][\w$]*(?:\.[\w.$]+)?)\+0x([0-9a-f]+)\/0x([0-9a-f]+)`;
const frame = new RegExp(
  String.raw`^[ \t]*(?:#\d+:? [ \t]*)?(\()?(?:(?:\[<?(?:0x)?[0-9a-f]+>?\]|\[[ \t]*\(ptrval\)[ \t]*\])[ \t]*){0,2}(\?[ \t]+)?(?:\d+:)?${symbol}(.*)$`,
);
const inlined =
  /^[ \t]*(\?[ \t]+)?([A-Za-z_$][\w$]*(?:\.[\w.$]+)?)[ \t]+((?:\.\/|\.\.\/)*[\w./-]+\.[chSs](?:rs)?):(\d+) \[inline\]/;
const located = /(?:^|[ \t(])((?:\.\/|\.\.\/|\/)*[\w./+-]+\.(?:[chS]|rs)):(\d+)/;
const inModule = /^ ?\[([A-Za-z]\w*)(?: [^\]]*)?\]/;
const pointerAny =
  /(?:^|[ \t\]])(?:(?:RIP|EIP|IP): (?:[0-9a-f]{2,4}:)?|RIP {2}|NIP \[[0-9a-f]+\] |PC is at |pc : |epc {1,4}: |ERA: |PSW : [0-9a-f]+ [0-9a-f]+ \(|--- interrupt: [0-9a-f]+ at )(?=\S|[ \t])/;
const pointed = new RegExp(
  String.raw`^[ \t]*(?:\[<?(?:0x)?[0-9a-f]+>?\][ \t]*|\[[ \t]*\(ptrval\)[ \t]*\][ \t]*|[0-9a-f]{8,16} ){0,2}(?:${symbol}(.*)|([A-Za-z_$][\w$]*)(?:\.[\w.$]+)?[ \t]+[\w./-]+\.[chS]:\d+ \[inline\])`,
);
const heads: readonly (readonly [RegExp, Head])[] = [
  [/(?:^|[^a-z])(?:Call [Tt]race|Backtrace|Stack traceback)(?::|$|\b)/, 'trace'],
  [/^[ \t]*Allocated(?: by task \d+.*)?:/, 'allocated'],
  [/^[ \t]*(?:allocated by task \d+ )/, 'allocated'],
  [/^[ \t]*Freed(?: by task \d+.*)?:/, 'freed'],
  [/^[ \t]*(?:freed by task \d+ )/, 'freed'],
  [
    /^[ \t]*(?:Uninit was (?:created|stored to memory) at|Local variable .* created at|Memory was marked as uninitialized)/,
    'origin',
  ],
  [/^[ \t]*backtrace(?: \(.*\))?:/, 'backtrace'],
  [/^[ \t]*(?:read|write|read-write|assert no)[a-z() -]* to 0x[0-9a-f]+ of \d+ bytes by /, 'access'],
  [/^[ \t]*(?:Last potentially related work creation:|Second to last potentially)/, 'other'],
  [/^[ \t]*page last allocated via/, 'page-allocated'],
  [/^[ \t]*page last free /, 'page-freed'],
  [/^[ \t]*page has been migrated/, 'other'],
];

/** 32-bit ARM: `[<80392834>] (callee+0x1c) from [<8049631c>] (caller+0xfc/0x4b8)`. The caller counts: the callee of
 * a call that never returns is resolved to the function behind it. */
const arm =
  /^[ \t]*\[<[0-9a-f]+>\] \([\w$.+/]+\) from \[<[0-9a-f]+>\] \(([A-Za-z_$][\w$]*(?:\.[\w.$]+)?)(?:\+0x([0-9a-f]+)(?:\/0x([0-9a-f]+))?)?( [^)]*)?\)/;

/** Cuts `.isra.0`, `.constprop.1`, `.cold`, `.llvm.123` and `.part.2` off a symbol. */
export function plainSymbol(name: string): string {
  const dot = name.indexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

const registerHint = /IP|PC|pc {1,4}:|ERA: |PSW :|-- interrupt: /;
/** Words of which one stands in every head. */
const headHint =
  /[tT]race|by task|llocated|reed|created at|stored to|uninitialized|of \d+ bytes by|work creation|page last|page has/;

const nowhere = { file: null, line: null };

/** The source position that a decoded line tells. */
function placeIn(text: string): { readonly file: string | null; readonly line: number | null } {
  if (!text.includes(':')) return nowhere;
  const match = located.exec(text);
  if (match === null) return nowhere;
  return { file: (match[1] ?? '').replace(/^(?:\.\.?\/)+/, ''), line: Number(match[2]) };
}

function resolved(symbol: string, offset: string, size: string, rest: string, sure: boolean): Frame {
  return {
    fn: plainSymbol(symbol),
    sure,
    ...placeIn(rest),
    inline: false,
    symbol,
    offset: Number.parseInt(offset, 16),
    size: Number.parseInt(size, 16),
    module: rest.includes('[') ? (inModule.exec(rest)?.[1] ?? null) : null,
  };
}

const bare = { inline: false, offset: null, size: null, module: null };

/** A frame, or null when the line (without its printk prefix) is none. */
export function parseFrame(text: string): Frame | null {
  const caller = text.includes(') from [<') ? arm.exec(text) : null;
  if (caller !== null) {
    const [, symbol = '', offset, size, rest = ''] = caller;
    if (offset !== undefined && size !== undefined) return resolved(symbol, offset, size, rest, true);
    const inline = rest.endsWith('[inline]');
    return { ...bare, fn: plainSymbol(symbol), sure: true, ...placeIn(rest), inline, symbol };
  }
  const match = frame.exec(text);
  if (match !== null) {
    // powerpc says so, s390 puts what it is not sure of in parentheses.
    const [, paren, doubt, symbol = '', offset = '', size = '', rest = ''] = match;
    const sure = paren === undefined && doubt === undefined && !rest.includes('(unreliable)');
    return resolved(symbol, offset, size, rest, sure);
  }
  const inner = inlined.exec(text);
  if (inner === null) return null;
  const [, doubt, symbol = '', path = '', line] = inner;
  const file = path.replace(/^(?:\.\.?\/)+/, '');
  const sure = doubt === undefined;
  return { ...bare, fn: plainSymbol(symbol), sure, file, line: Number(line), inline: true, symbol };
}

/** With kmemleak.verbose each line of a report has this before it (mm/kmemleak.c: pr_fmt). */
const leakPrefix = 'kmemleak: ';

/** What of a stack a line is, or null. `at` is handed back as it came. */
export function parseItem(whole: string, at: number): Item | null {
  const text = whole.startsWith(leakPrefix) ? whole.slice(leakPrefix.length) : whole;
  // Most lines are frames, and no line that tells a register is one.
  if (text.includes('+0x')) {
    const found = parseFrame(text);
    if (found !== null) return { kind: 'frame', frame: found, at };
  }
  const register = registerHint.test(text) ? pointerAny.exec(text) : null;
  if (register !== null) {
    const user = /IP: (?:00)?(?:33|23|73|2b):/.test(register[0]);
    const match = pointed.exec(text.slice(register.index + register[0].length));
    const [, symbol, offset = '', size = '', rest = '', inner] = match ?? [];
    const resolvedAt = symbol === undefined ? null : resolved(symbol, offset, size, rest, true);
    const fn = symbol ?? inner;
    const { file } = placeIn(text);
    return {
      kind: 'pointer',
      fn: fn === undefined ? null : plainSymbol(fn),
      user,
      file,
      frame: resolvedAt,
      at,
    };
  }
  if (text.includes('[inline]') || text.includes(') from [<')) {
    const found = parseFrame(text);
    if (found !== null) return { kind: 'frame', frame: found, at };
  }
  if (!headHint.test(text)) return null;
  for (const [head, name] of heads) {
    if (head.test(text)) return { kind: 'head', name, text: text.trim(), at };
  }
  return null;
}
