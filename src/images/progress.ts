/** What a build is doing right now, for a progress line. */
export interface BuildProgress {
  readonly phase: 'wait' | 'fetch' | 'unpack' | 'patch' | 'configure' | 'compile' | 'pack';
  /** One line for a person. */
  readonly message: string;
  /** Objects compiled so far, and how many a build of this tree had last time. */
  readonly done?: number;
  readonly expected?: number;
  /** Estimate, once there is enough to estimate from. */
  readonly secondsLeft?: number;
}

export interface BuildOptions {
  /** Path of a `.cocci` or `.patch` that seeds a bug. */
  readonly mutant?: string | undefined;
  /** The kernel's debug variant instead of the kernel. */
  readonly debug?: 'lines' | 'types' | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where build logs go; the cache's own `logs` folder unless told. */
  readonly logDirectory?: string | undefined;
  /** Ask the mirror for newer packages instead of using the versions chosen before. */
  readonly update?: boolean | undefined;
}
