import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunPlan } from '../artifacts/result.js';
import type { KernelImage } from '../config/kernel.js';
import { findDebugImage } from '../images/debug-variant.js';
import { Decoder } from '../images/decoder.js';
import { maintainersOf } from '../images/maintainers.js';
import { readSymbols, SymbolTable } from '../images/symbols.js';
import { LastrefError, messageOf } from '../kit/errors.js';
import { shellWord } from '../kit/shell-word.js';
import {
  type Decoding,
  decodeText,
  describeGaps,
  lineOf,
  otherKernel,
  type Place,
  placeKey,
  placesOf,
} from '../verdict/decode.js';
import type { Splat } from '../verdict/types.js';

/** A vmlinux with debug info, and what else helps. */
export interface DebugInfo {
  readonly vmlinux: string;
  readonly source: string | null;
  /** Where answers are kept for the next time; null for a vmlinux that is not ours. */
  readonly cacheFile: string | null;
}

/** More than this part of a log's functions of another size, and the vmlinux is another kernel's. */
const mostStrangers = 0.2;

/** The debug info of a kernel that was run, as far as it is here; null when there is none. Builds nothing. */
export async function debugInfoOf(kernel: KernelImage): Promise<DebugInfo | null> {
  return debugInfoIn((await findDebugImage(kernel)) ?? kernel);
}

/** The debug info that comes with an image; null when it comes without. */
export function debugInfoIn({ bzImage, vmlinux, source }: KernelImage): DebugInfo | null {
  if (vmlinux === null) return null;
  // A cache entry never changes, so neither do the answers; a vmlinux in a build tree does.
  const isOurs = path.dirname(vmlinux) === path.dirname(bzImage);
  return { vmlinux, source, cacheFile: isOurs ? path.join(path.dirname(vmlinux), 'lines.json') : null };
}

/** Names for addresses of a kernel that was booted with `nokaslr`, as far as its System.map or vmlinux is here. */
export async function namesOf(kernel: KernelImage): Promise<(address: bigint) => string | null> {
  const map = kernel.systemMap ?? (await findDebugImage(kernel))?.systemMap ?? null;
  if (map === null && kernel.vmlinux === null) return () => null;
  const table =
    map === null ? await readSymbols(kernel.vmlinux ?? '') : new SymbolTable(await readFile(map, 'latin1'));
  return (address) => table.nameOf(address);
}

/** Splats that could not be decoded, each with the reason. */
export function undecoded(splats: readonly Splat[], note: string): Splat[] {
  return splats.map((splat) => ({ ...splat, decoded: null, source: { at: null, maintainers: [], note } }));
}

/**
 * Decodes the splats of a run as far as the debug info is here; where it is not, each says which command makes it.
 * `again` reads the console once more, e.g. `lastref console runs/…/console.log`.
 */
export async function decodeRun(
  splats: readonly Splat[],
  plan: Pick<RunPlan, 'kernel' | 'mutant'>,
  again: string,
): Promise<Splat[]> {
  if (splats.length === 0) return [];
  const from = await debugInfoOf(plan.kernel);
  if (from !== null) return decodeSplats(splats, from, null);
  if (plan.kernel.source === null) {
    return undecoded(
      splats,
      `function+offset only: this ready-made kernel comes without debug info; with its vmlinux: ${again} --vmlinux F`,
    );
  }
  const mutant = plan.mutant === null ? '' : ` --mutant ${shellWord(plan.mutant)}`;
  const command = `${again} --kernel ${shellWord(plan.kernel.name)}${mutant}`;
  return undecoded(splats, `function+offset only, for want of debug info; to lines: ${command}`);
}

/**
 * Decodes splats to file and line. `banner` is the `Linux version …` of the log, where it has one. What cannot be
 * decoded stays as it is and says why; a vmlinux of another kernel decodes nothing.
 */
export async function decodeSplats(
  splats: readonly Splat[],
  from: DebugInfo,
  banner: string | null,
  signal?: AbortSignal,
): Promise<Splat[]> {
  if (splats.length === 0) return [];
  let decoder: Decoder;
  try {
    const { source, cacheFile } = from;
    decoder = await Decoder.open(from.vmlinux, {
      source,
      signal,
      ...(cacheFile === null ? {} : { cacheFile }),
    });
  } catch (error) {
    return undecoded(splats, `not decoded: ${messageOf(error)}`);
  }
  try {
    const wrong = otherKernel(banner, decoder.banner);
    if (wrong !== null) return undecoded(splats, `not decoded: ${wrong}`);
    const places = [
      ...new Map(splats.flatMap((splat) => placesOf(splat.raw)).map((one) => [placeKey(one), one])),
    ];
    const known = new Map<string, Decoding>();
    for (const [key, place] of places) known.set(key, await decoder.decode(place));
    const stranger = strangers(
      places.map(([, place]) => place),
      known,
    );
    if (stranger !== null) return undecoded(splats, `not decoded: ${stranger}`);
    const asked = new Map<string, Promise<string[]>>();
    const whom = (file: string): Promise<string[]> => {
      if (from.source === null) return Promise.resolve([]);
      const answer = asked.get(file) ?? maintainersOf(from.source, file, signal);
      asked.set(file, answer);
      return answer;
    };
    const decoded: Splat[] = [];
    for (const splat of splats) decoded.push(await decodeOne(splat, known, whom));
    return decoded;
  } catch (error) {
    if (!(error instanceof LastrefError)) throw error;
    return undecoded(splats, `not decoded: ${error.message}`);
  } finally {
    await decoder.close();
  }
}

/** Why no line can be trusted: too many functions of the log are not, or not like that, in the vmlinux. */
function strangers(places: readonly Place[], known: ReadonlyMap<string, Decoding>): string | null {
  const own = places.filter(({ module }) => module === null);
  const odd = own.flatMap((place) => {
    const found = known.get(placeKey(place));
    return found !== undefined && 'why' in found && found.foreign ? [`${place.symbol}: ${found.why}`] : [];
  });
  if (odd.length < 2 || odd.length <= own.length * mostStrangers) return null;
  return `the vmlinux is not of the kernel that printed this: ${odd.length} of ${own.length} places do not fit (${odd[0]})`;
}

async function decodeOne(
  splat: Splat,
  known: ReadonlyMap<string, Decoding>,
  whom: (file: string) => Promise<string[]>,
): Promise<Splat> {
  const line = lineOf(splat.function, splat.raw, known);
  const gaps = describeGaps(placesOf(splat.raw), known);
  const file = splat.file ?? line?.file ?? null;
  const asked = line?.file ?? splat.file;
  let maintainers: readonly string[] = [];
  const notes = gaps === null ? [] : [gaps];
  try {
    if (asked !== null) maintainers = await whom(asked);
  } catch (error) {
    notes.push(`maintainers unknown: ${messageOf(error)}`);
  }
  return {
    ...splat,
    file,
    decoded: decodeText(splat.raw, known),
    source: {
      at: line === null ? null : `${line.file}:${line.line}`,
      maintainers,
      note: notes.length === 0 ? null : notes.join('; '),
    },
  };
}
