import { command } from './command.js';

interface Symbol {
  readonly name: string;
  readonly address: bigint;
  /** Sizes that a stack trace of this kernel may print for it, in bytes. */
  readonly sizes: readonly number[];
}

/** Functions of a kernel image: their addresses, and the sizes that the kernel itself prints for them. */
export class SymbolTable {
  readonly #byName = new Map<string, Symbol[]>();
  readonly #sorted: Symbol[] = [];

  /** From the lines of `nm -n -S` or of a System.map, in any order. */
  constructor(text: string) {
    const rows: { address: bigint; size: number; type: string; name: string }[] = [];
    for (const line of text.split('\n')) {
      const found = /^([0-9a-f]{8,16}) (?:([0-9a-f]{8,16}) )?([A-Za-z]) (\S+)$/.exec(line);
      if (found === null) continue;
      const [, address = '', size = '0', type = '', name = ''] = found;
      rows.push({ address: BigInt(`0x${address}`), size: Number.parseInt(size, 16), type, name });
    }
    rows.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
    // The kernel prints the distance to the next symbol that it knows (kernel/kallsyms.c:get_symbol_pos); with
    // KALLSYMS_ALL that is any, without only code.
    let next: bigint | null = null;
    let nextCode: bigint | null = null;
    let nextOther: { at: bigint; next: bigint | null; nextCode: bigint | null } | null = null;
    for (const row of rows.reverse()) {
      if (nextOther === null || row.address !== nextOther.at) {
        nextOther = { at: row.address, next, nextCode };
      }
      const isCode = /[tTwWiI]/.test(row.type);
      if (isCode) {
        const distances = [nextOther.next, nextOther.nextCode]
          .filter((one) => one !== null)
          .map((one) => Number(one - row.address));
        this.#add({ name: row.name, address: row.address, sizes: [...distances, row.size] });
        nextCode = row.address;
      }
      next = row.address;
    }
    this.#sorted.reverse();
  }

  get size(): number {
    return this.#sorted.length;
  }

  #add(symbol: Symbol): void {
    this.#sorted.push(symbol);
    const same = this.#byName.get(symbol.name);
    if (same === undefined) this.#byName.set(symbol.name, [symbol]);
    else same.push(symbol);
  }

  /** Addresses of the functions of this name and size, or why there are none. Static functions may share a name. */
  find(name: string, size: number): readonly bigint[] | string {
    const named = this.#byName.get(name);
    if (named === undefined) return 'the vmlinux has no such symbol';
    const fitting = named.filter(({ sizes }) => sizes.includes(size));
    if (fitting.length > 0) return fitting.map(({ address }) => address);
    const has = `0x${(named[0]?.sizes[0] ?? 0).toString(16)}`;
    return `its size in the vmlinux is ${has}, not 0x${size.toString(16)}: it is not this kernel’s`;
  }

  /** The address of a function of this name; null when there is none. */
  first(name: string): bigint | null {
    return this.#byName.get(name)?.[0]?.address ?? null;
  }

  /** The function an address is in, as `name+0x12/0x34`; null outside of the kernel's code. */
  nameOf(address: bigint): string | null {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle]?.address ?? 0n) <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.#sorted[low - 1];
    if (found === undefined) return null;
    const offset = Number(address - found.address);
    const size = found.sizes[0] ?? 0;
    return offset > size ? null : `${found.name}+0x${offset.toString(16)}/0x${size.toString(16)}`;
  }
}

/** The symbols of an ELF file, by binutils' nm. */
export async function readSymbols(file: string, signal?: AbortSignal): Promise<SymbolTable> {
  const { stdout } = await command('nm', ['-n', '-S', file], {
    purpose: `read the symbols of ${file}`,
    blame: 'user',
    signal,
  });
  return new SymbolTable(stdout.toString('latin1'));
}
