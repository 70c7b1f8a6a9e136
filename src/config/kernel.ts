/** Where a kernel's source, or the kernel itself, comes from. */
export type KernelSource =
  /** `linux-source-*` of any Debian suite, fetched without touching the host's apt configuration. */
  | { readonly kind: 'debian-source'; readonly package: string; readonly suite: string }
  /** A developer's own tree: built out of tree, never written to. */
  | { readonly kind: 'tree'; readonly path: string }
  /** A commit of a local repository (`git:PATH#REF`). */
  | { readonly kind: 'git'; readonly path: string; readonly ref: string }
  | { readonly kind: 'tarball'; readonly path: string; readonly sha256: string }
  /** Debian's ready-made kernel: no compiler; `modules` go into the initramfs and are loaded in this order. */
  | {
      readonly kind: 'debian-image';
      /** Package name; a regular expression anchored at both ends, the newest match wins. */
      readonly package: string;
      readonly suite: string;
      readonly modules: readonly string[];
    }
  /** A ready bzImage. */
  | { readonly kind: 'bzimage'; readonly path: string };

/** A kernel to be tested: source + patches + config fragments + toolchain. One file in images/kernels/ each. */
export interface KernelSpec {
  /** The file's name without its ending, or what the user gave as KERNEL=. */
  readonly name: string;
  readonly describe: string;
  readonly source: KernelSource;
  /** Directories with a `series` file, mboxes, `.patch` files; applied in this order. */
  readonly patches?: readonly string[];
  /** Names of images/kernels/fragments/NAME.config, merged in this order. */
  readonly fragments?: readonly string[];
  /** Fragment lines this source cannot have, each with the reason: `CONFIG_X` → why. */
  readonly without?: Readonly<Record<string, string>>;
  readonly toolchain?: { readonly cc?: string };
  /** Source files (`drivers/pci/p2pdma.c`) that count which of their lines are reached; wants CONFIG_GCOV_KERNEL. */
  readonly coverage?: readonly string[];
}

/** A built kernel with its provenance: what a guest boots. */
export interface KernelImage {
  readonly name: string;
  /** sha256 of everything the image was made from; the cache key. */
  readonly key: string;
  readonly bzImage: string;
  /** `make kernelrelease`, e.g. `6.12.117`. */
  readonly release: string;
  /** Initramfs part (cpio.gz) with modules to load, for kernels that need them. */
  readonly modulesCpio: string | null;
  /** The final .config, where known. */
  readonly config: string | null;
  /** vmlinux with symbols, where kept. */
  readonly vmlinux: string | null;
  /** System.map, where kept: names for addresses without debug info. */
  readonly systemMap?: string | null;
  /** Source tree, where there is one (for decode_stacktrace.sh, get_maintainer.pl). */
  readonly source: string | null;
  /** Folder with the notes (.gcno) of the files that count their lines, where there are any. */
  readonly coverage?: string | null;
  /** Plain facts for result.json: source package and version, patch names, mutant, compiler, config hash. */
  readonly provenance: Readonly<Record<string, string>>;
}

export interface RootfsImage {
  readonly name: string;
  readonly key: string;
  /** The initramfs, gzip-compressed newc cpio. */
  readonly cpio: string;
  /** SSH host public keys, one OpenSSH line each (`ssh-ed25519 AAAA…`): the client pins them. */
  readonly hostKeys: readonly string[];
  readonly provenance: Readonly<Record<string, string>>;
}
