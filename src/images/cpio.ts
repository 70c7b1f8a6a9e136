import { gzipSync } from 'node:zlib';

/** One member of an initramfs. Owner is always root, time always 0: the same content gives the same bytes. */
export interface CpioEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'character-device';
  readonly mode?: number;
  /** Bytes of a file, target of a link. */
  readonly data?: Uint8Array | string;
  /** Major and minor of a device. */
  readonly device?: readonly [number, number];
}

const kinds = { file: 0o100000, directory: 0o040000, link: 0o120000, 'character-device': 0o020000 };
const modes = { file: 0o644, directory: 0o755, link: 0o777, 'character-device': 0o600 };

function padding(length: number, to: number): Buffer {
  return Buffer.alloc((to - (length % to)) % to);
}

function member(
  name: string,
  inode: number,
  mode: number,
  data: Buffer,
  device: readonly [number, number],
): Buffer[] {
  const fields = [
    inode,
    mode,
    0,
    0,
    1,
    0,
    data.length,
    0,
    0,
    device[0],
    device[1],
    Buffer.byteLength(name) + 1,
    0,
  ];
  const head = Buffer.from(
    `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`,
  );
  return [head, padding(head.length, 4), data, padding(data.length, 4)];
}

/** Folders that the entries need and do not name. */
function parentsOf(entries: readonly CpioEntry[]): CpioEntry[] {
  const named = new Set(entries.map((entry) => entry.path));
  const parents = new Map<string, CpioEntry>();
  for (const { path } of entries) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const parent = path.slice(0, cut);
      if (!named.has(parent)) parents.set(parent, { path: parent, kind: 'directory' });
    }
  }
  return [...parents.values()];
}

/**
 * A newc archive (Documentation/driver-api/early-userspace/buffer-format.rst), sorted so that folders come before
 * what is in them. Several such archives in a row are one initramfs to the kernel.
 */
export function packCpio(entries: readonly CpioEntry[]): Buffer {
  const all = [...entries, ...parentsOf(entries)].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : 0,
  );
  const parts: Buffer[] = [];
  all.forEach((entry, index) => {
    const mode = kinds[entry.kind] | (entry.mode ?? modes[entry.kind]);
    parts.push(...member(entry.path, index + 1, mode, Buffer.from(entry.data ?? ''), entry.device ?? [0, 0]));
  });
  parts.push(...member('TRAILER!!!', 0, 0, Buffer.alloc(0), [0, 0]));
  const archive = Buffer.concat(parts);
  return Buffer.concat([archive, padding(archive.length, 512)]);
}

/** gzip without a name or time in its header. */
export function compress(archive: Uint8Array): Buffer {
  return gzipSync(archive, { level: 6 });
}
