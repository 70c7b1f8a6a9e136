/** Who has to act. Blame decides the outcome, the exit code and whether a retry makes sense. */
export type Blame = 'kernel' | 'test' | 'harness' | 'host' | 'user';

export interface ErrorDetail {
  readonly blame: Blame;
  /** Path of the full log, where there is one. */
  readonly evidence?: string;
  /** What to do next: one sentence, or a command. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** 125 tells `git bisect run` to skip: the kernel could not be built or booted. */
  readonly exitCode?: number;
  /** The promise that was seen broken, when the kernel is to blame. */
  readonly promise?: string | undefined;
  /** The host gave a guest no time, or let it miscount it: the kernel's watchdogs then bark at shadows. */
  readonly isStarved?: boolean;
}

/** The one public error: a sentence, who is to blame, where the evidence lies and what to do next. */
export class LastrefError extends Error {
  override readonly name = 'LastrefError';
  readonly blame: Blame;
  readonly evidence: string | undefined;
  readonly hint: string | undefined;
  readonly exitCode: number;
  readonly promise: string | undefined;
  readonly isStarved: boolean;

  constructor(message: string, detail: ErrorDetail) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.blame = detail.blame;
    this.evidence = detail.evidence;
    this.hint = detail.hint;
    this.promise = detail.promise;
    this.isStarved = detail.isStarved ?? false;
    this.exitCode = detail.exitCode ?? { kernel: 1, test: 69, harness: 69, host: 69, user: 2 }[detail.blame];
  }
}

/** The sentence of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Lines for a person: the sentence, then hint and evidence where known. */
export function explain(error: unknown): string {
  if (!(error instanceof LastrefError)) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const lines = [error.message];
  if (error.hint !== undefined) lines.push(`  what to do: ${error.hint}`);
  if (error.evidence !== undefined) lines.push(`  evidence: ${error.evidence}`);
  return lines.join('\n');
}

/** True when a system call failed with `code` (ENOENT, EACCES, …). */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && codes.includes(code);
}
