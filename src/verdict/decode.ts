import { parseItem } from './frame.js';
import { parseLine } from './line.js';
import type { SourceNote } from './types.js';

/** A place in the kernel as a report names it: `fn+0x12/0x34 [module]`. */
export interface Place {
  /** The symbol as it stands there, compiler suffixes included. */
  readonly symbol: string;
  readonly offset: number;
  /** Size of the function in the kernel that printed this: what tells whether a vmlinux is that kernel's. */
  readonly size: number;
  readonly module: string | null;
  /** An instruction pointer. Otherwise it is a return address, and the call is the instruction before it. */
  readonly exact: boolean;
}

/** One level of what was inlined: the innermost comes first, the function that has the symbol last. */
export interface SourceLine {
  readonly fn: string;
  /** As in the source tree, e.g. `mm/memremap.c`. */
  readonly file: string;
  readonly line: number;
}

/** The lines of a place, or why it has none. `foreign`: the vmlinux has no such function, or another one. */
export type Decoding = readonly SourceLine[] | { readonly why: string; readonly foreign: boolean };

const linesOf = (known: Decoding | undefined): readonly SourceLine[] | null =>
  known !== undefined && !('why' in known) ? known : null;

const place =
  /([A-Za-z_$][\w$.]*)\+0x([0-9a-f]{1,8})\/0x([0-9a-f]{1,8})(?: \[([\w-]+)(?: [0-9a-f]{20,40})?\])?/g;

/** Names a place, for tables of them. */
export function placeKey({ symbol, offset, size, module, exact }: Place): string {
  return `${symbol}+${offset}/${size}${module === null ? '' : ` [${module}]`}${exact ? '' : ' returned to'}`;
}

// kernel/panic.c:__warn prints the instruction itself; everything else outside RIP is a return address.
const warned = /WARNING: .*\bat /;

function placesIn(line: string): { readonly place: Place; readonly start: number; readonly end: number }[] {
  if (!line.includes('+0x')) return [];
  const text = parseLine(line, 0).text;
  const exact = warned.test(text) || parseItem(text, 0)?.kind === 'pointer';
  return [...line.matchAll(place)].map((match) => ({
    place: {
      symbol: match[1] ?? '',
      offset: Number.parseInt(match[2] ?? '', 16),
      size: Number.parseInt(match[3] ?? '', 16),
      module: match[4] ?? null,
      exact,
    },
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Every place that a text names, each once. */
export function placesOf(text: string): Place[] {
  const found = new Map<string, Place>();
  for (const line of text.split('\n'))
    for (const { place } of placesIn(line)) found.set(placeKey(place), place);
  return [...found.values()];
}

/**
 * The text with file and line behind every place that is known. What was inlined there comes before it, a line each
 * ending in `[inline]`, so that a stack reads as it was called.
 */
export function decodeText(text: string, known: ReadonlyMap<string, Decoding>): string {
  return text
    .split(/\r?\n/)
    .flatMap((line) => decodeLine(line, known))
    .join('\n');
}

function decodeLine(line: string, known: ReadonlyMap<string, Decoding>): string[] {
  const places = placesIn(line);
  const first = places[0];
  if (first === undefined) return [line];
  const isFrame = parseItem(parseLine(line, 0).text, 0) !== null;
  const inlined: string[] = [];
  let decoded = '';
  let from = 0;
  for (const { place, end } of places) {
    const lines = linesOf(known.get(placeKey(place)));
    decoded += line.slice(from, end);
    from = end;
    const own = lines?.at(-1);
    if (own === undefined) continue;
    if (/^ \S+\.[chS]:\d/.test(line.slice(end))) continue; // it was decoded before
    decoded += ` ${own.file}:${own.line}`;
    if (!isFrame || place !== first.place) continue;
    const before = line.slice(0, first.start);
    for (const { fn, file, line: at } of lines?.slice(0, -1) ?? [])
      inlined.push(`${before}${fn} ${file}:${at} [inline]`);
  }
  return [...inlined, decoded + line.slice(from)];
}

/** Where the function that is blamed stands, out of the first place of it that is decoded. */
export function lineOf(
  fn: string | null,
  text: string,
  known: ReadonlyMap<string, Decoding>,
): SourceLine | null {
  if (fn === null) return null;
  for (const line of text.split('\n')) {
    for (const { place } of placesIn(line)) {
      const lines = linesOf(known.get(placeKey(place))) ?? [];
      const found = lines.find((one) => one.fn === fn || place.symbol.split('.')[0] === fn);
      if (found !== undefined) return lines.findLast((one) => one.fn === fn) ?? lines.at(-1) ?? found;
    }
  }
  return null;
}

/** One sentence on what could not be decoded; null when everything was. */
export function describeGaps(places: readonly Place[], known: ReadonlyMap<string, Decoding>): string | null {
  const gaps = new Map<string, string[]>();
  for (const place of places) {
    const found = known.get(placeKey(place));
    if (found !== undefined && !('why' in found)) continue;
    const why = found?.why ?? 'it was not looked up';
    gaps.set(why, [...(gaps.get(why) ?? []), place.symbol]);
  }
  if (gaps.size === 0) return null;
  const parts = [...gaps].map(([why, symbols]) => {
    const shown = [...new Set(symbols)];
    const more = shown.length > 3 ? ` and ${shown.length - 3} more` : '';
    return `${shown.slice(0, 3).join(', ')}${more}: ${why}`;
  });
  return `not decoded: ${parts.join('; ')}`;
}

/** Release and compiler of a `Linux version …` line: what a rebuild of the same kernel keeps. */
function identity(banner: string): string | null {
  const found = /Linux version (\S+) \([^)]*\) \((.*?)\) #/.exec(banner);
  return found === null ? null : `${found[1]}, ${found[2]}`;
}

/** Why a vmlinux is not of the kernel that printed a log, by their banners; null when they do not tell. */
export function otherKernel(log: string | null, vmlinux: string | null): string | null {
  if (log === null || vmlinux === null) return null;
  const [printed, given] = [identity(log), identity(vmlinux)];
  if (printed === null || given === null || printed === given) return null;
  return `the log is of ${printed}; the vmlinux is of ${given}`;
}

/** What decoding says beside the decoded text, a line each. */
export function sourceLines({ at, maintainers, note }: SourceNote): string[] {
  return [
    ...(at === null ? [] : [`at ${at}`]),
    ...maintainers.map((one) => `ask ${one}`),
    ...(note === null ? [] : [note]),
  ];
}
