import path from 'node:path';
import { writeAtomic } from '../kit/atomic.js';
import { LastrefError } from '../kit/errors.js';
import { Addr2line, type AddressLine } from './addr2line.js';
import { command } from './command.js';
import { readJson } from './store.js';
import { readSymbols, type SymbolTable } from './symbols.js';

/** A place in the kernel, `fn+0x12/0x34` taken apart. */
export interface CodePlace {
  readonly symbol: string;
  readonly offset: number;
  readonly size: number;
  readonly module: string | null;
  /** False for a return address: the call is the instruction before it. */
  readonly exact: boolean;
}

/** `foreign`: the vmlinux has no such function, or one of another size. */
type Found = readonly AddressLine[] | { readonly why: string; readonly foreign: boolean };

const unknown = (why: string, foreign = false): Found => ({ why, foreign });

export interface DecoderOptions {
  /** The source tree, where file names begin; found out from the debug info unless told. */
  readonly source?: string | null;
  /** File in which answers are kept for the next time. */
  readonly cacheFile?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Turns places in a kernel into lines of its source, by the debug info of its vmlinux. Never a line it is not sure of. */
export class Decoder {
  /** `Linux version …` of the vmlinux, as the kernel prints it; null when it has none. */
  readonly banner: string | null;
  readonly #symbols: SymbolTable;
  readonly #addresses: Addr2line;
  readonly #options: DecoderOptions;
  readonly #known: Map<string, Found>;
  #base: string | null = null;
  #fresh = 0;

  private constructor(
    symbols: SymbolTable,
    addresses: Addr2line,
    banner: string | null,
    known: Map<string, Found>,
    options: DecoderOptions,
  ) {
    this.#symbols = symbols;
    this.#addresses = addresses;
    this.banner = banner;
    this.#known = known;
    this.#options = options;
  }

  /** Opens a vmlinux. Raises, blaming the user, when it has no symbols or no debug info. */
  static async open(vmlinux: string, options: DecoderOptions = {}): Promise<Decoder> {
    const { signal } = options;
    const sections = await command('readelf', ['-S', '-W', vmlinux], {
      purpose: `read ${vmlinux}`,
      blame: 'user',
      hint: 'it has to be the vmlinux of the kernel that printed the log',
      signal,
    });
    if (!/\s\.(?:z?debug_line)\s/.test(sections.stdout.toString('latin1'))) {
      throw new LastrefError(`${vmlinux} has no debug info`, {
        blame: 'user',
        hint: '`lastref kernel build KERNEL --debug` builds one that has',
      });
    }
    const symbols = await readSymbols(vmlinux, signal);
    if (symbols.size === 0) throw new LastrefError(`${vmlinux} has no symbols`, { blame: 'user' });
    const kept =
      options.cacheFile === undefined ? undefined : await readJson<[string, Found][]>(options.cacheFile);
    return new Decoder(
      symbols,
      await Addr2line.start(vmlinux),
      await bannerOf(vmlinux, signal),
      new Map(kept ?? []),
      options,
    );
  }

  /** The lines of a place, or why there are none. */
  async decode(place: CodePlace): Promise<Found> {
    const key = `${place.symbol}+${place.offset}/${place.size}${place.exact ? '' : '-'} ${place.module ?? ''}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = await this.#look(place);
    this.#known.set(key, found);
    this.#fresh += 1;
    return found;
  }

  /** Ends the program behind it, and keeps what was learnt. */
  async close(): Promise<void> {
    this.#addresses.close();
    const { cacheFile } = this.#options;
    if (cacheFile !== undefined && this.#fresh > 0)
      await writeAtomic(cacheFile, JSON.stringify([...this.#known]));
  }

  async #look({ symbol, offset, size, module, exact }: CodePlace): Promise<Found> {
    if (module !== null) return unknown(`it is in the module ${module}, not in the vmlinux`);
    const starts = this.#symbols.find(symbol, size);
    if (typeof starts === 'string') return unknown(starts, true);
    // A call that never returns may be a function's last instruction: its return address is just behind.
    if (offset > size) return unknown('the offset is beyond its end', true);
    const step = exact || offset === 0 ? 0 : 1;
    const answers = await Promise.all(
      starts.map((start) => this.#addresses.lines(start + BigInt(offset - step))),
    );
    const [first, ...others] = answers.map((lines) => JSON.stringify(lines));
    if (others.some((other) => other !== first)) return unknown('several functions have this name and size');
    const lines = answers[0] ?? [];
    if (lines.length === 0) return unknown('the debug info does not cover it');
    const base = await this.#findBase();
    return lines.map((one) => ({ ...one, file: relative(one.file, base) }));
  }

  /** Where the source was compiled: what comes before `init/main.c`, which every kernel has. */
  async #findBase(): Promise<string> {
    if (this.#base !== null) return this.#base;
    let base = this.#options.source ?? '';
    for (const name of ['start_kernel', 'kernel_init']) {
      const start = this.#symbols.first(name);
      if (start === null) continue;
      const file = (await this.#addresses.lines(start)).at(-1)?.file ?? '';
      if (file.endsWith('/init/main.c')) base = file.slice(0, -'/init/main.c'.length);
    }
    this.#base = base;
    return base;
  }
}

/** Headers that the build makes lie where it builds, out of the source tree. */
const generated = /^.*?\/((?:arch\/\w+\/)?include\/generated\/.*)$/;

/** A file as the source tree names it. */
function relative(file: string, base: string): string {
  const plain = path.normalize(file).replace(generated, '$1');
  const folder = path.normalize(`${base}/`);
  return base !== '' && plain.startsWith(folder) ? plain.slice(folder.length) : plain;
}

/** init/version-timestamp.c:linux_banner. */
async function bannerOf(vmlinux: string, signal?: AbortSignal): Promise<string | null> {
  const { stdout } = await command(
    'grep',
    ['-a', '-o', '-m', '1', '-E', 'Linux version [0-9][ -~]{8,400}', vmlinux],
    { purpose: `look for the version of ${vmlinux}`, accept: [1], signal },
  );
  return stdout.toString('latin1').split('\n')[0]?.trim() || null;
}
