import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { KernelSpec } from '../config/kernel.js';
import { LastrefError } from '../kit/errors.js';
import { diskFull, isDiskFull } from './command.js';
import type { BuildOptions } from './progress.js';
import { findTool } from './tools.js';
import type { Tree } from './tree.js';

/** The environment of a kernel build: the same bytes from the same source, whatever the user's shell has set. */
export function buildEnvironment(from: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = Object.entries(from).filter(
    ([name]) =>
      !/^(KBUILD_|KCONFIG_|CONFIG_|MAKE|MFLAGS|GNUMAKEFLAGS|KCFLAGS|KCPPFLAGS|LLVM|O$|ARCH$|CROSS_COMPILE$)/.test(
        name,
      ),
  );
  return {
    ...Object.fromEntries(kept.map(([name, value]) => [name, value ?? ''])),
    LC_ALL: 'C',
    KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 1970',
    KBUILD_BUILD_USER: 'lastref',
    KBUILD_BUILD_HOST: 'lastref',
    KBUILD_BUILD_VERSION: '1',
  };
}

/** Debian packages behind a build's complaints. */
const missing: readonly (readonly [RegExp, string])[] = [
  [/(?:libelf|gelf)\.h: No such file/, 'libelf-dev'],
  [/openssl\/\w+\.h: No such file/, 'libssl-dev'],
  [/\bcpio: (?:command )?not found/, 'cpio'],
  [/\bbc: (?:command )?not found/, 'bc'],
  [/\bflex: (?:command )?not found/, 'flex'],
  [/\bbison: (?:command )?not found/, 'bison'],
  [/\bxz: (?:command )?not found/, 'xz-utils'],
  [/\bzstd: (?:command )?not found/, 'zstd'],
  [/\bperl: (?:command )?not found/, 'perl'],
  [/\bpython3: (?:command )?not found/, 'python3'],
  [/\brsync: (?:command )?not found/, 'rsync'],
  [/\bpahole: (?:command )?not found/, 'dwarves'],
];

/** The package whose absence explains these lines. */
export function missingPackage(lines: string): string | undefined {
  return missing.find(([pattern]) => pattern.test(lines))?.[1];
}

const isObject = (line: string): boolean => /^ {2}(?:CC|AS|LDS|HOSTCC|HOSTLD|LD|AR)(?: \[M\])? /.test(line);
const isComplaint = (line: string): boolean =>
  /\berror:|undefined reference|No rule to make target|: not found$|No such file or directory|multiple definition|No space left on device/.test(
    line,
  );

export interface MakeRun {
  readonly log: string;
  readonly expected: number;
  /** Who gave source that may not compile. */
  readonly blame: 'user' | 'host';
  /** Told the process group before anything is compiled, and that it has ended by itself. */
  readonly onStart?: (group: number) => Promise<void>;
  readonly onEnd?: () => Promise<void>;
}

export interface MakeResult {
  /** Objects made by this run. */
  readonly objects: number;
}

/** Files that count their lines: Kbuild's own variable for one object (scripts/Makefile.lib, GCOV_PROFILE_). */
const profiled = ({ coverage = [] }: KernelSpec): string[] =>
  coverage.map((file) => `GCOV_PROFILE_${path.basename(file, '.c')}.o=y`);

/** `make bzImage` with a full log; the first complaints are in the error. */
export async function make(
  tree: Tree,
  spec: KernelSpec,
  run: MakeRun,
  { onProgress, signal }: BuildOptions,
): Promise<MakeResult> {
  const cc = spec.toolchain?.cc ?? 'gcc';
  await mkdir(path.dirname(run.log), { recursive: true });
  const guard = path.join(path.dirname(fileURLToPath(import.meta.url)), 'guard.js');
  const makeTool = (await findTool('make')) ?? 'make';
  const args = [
    '-C',
    tree.src,
    `O=${tree.obj}`,
    `-j${availableParallelism()}`,
    `CC=${cc}`,
    ...profiled(spec),
    'bzImage',
  ];
  const child = execa(process.execPath, [guard, makeTool, ...args], {
    reject: false,
    buffer: false,
    detached: true,
    stdin: 'pipe',
    all: true,
    env: buildEnvironment(),
    extendEnv: false,
  });
  const stop = (): void => void child.stdin.end();
  signal?.addEventListener('abort', stop, { once: true });
  if (child.pid !== undefined) await run.onStart?.(child.pid);
  child.stdin.write('go\n');
  const log = createWriteStream(run.log, { flags: 'a' });
  const logFailed = new Promise<never>((_resolve, reject) => log.once('error', reject));
  logFailed.catch(stop);
  const started = performance.now();
  const complaints: string[] = [];
  let objects = 0;
  for await (const line of createInterface({ input: child.all })) {
    log.write(`${line}\n`);
    if (isComplaint(line) && complaints.length < 10)
      complaints.push(line.replaceAll(`${tree.src}/`, '').slice(0, 300));
    if (!isObject(line)) continue;
    objects += 1;
    onProgress?.(progressOf(objects, run.expected, performance.now() - started));
  }
  const result = await child;
  signal?.removeEventListener('abort', stop);
  await Promise.race([new Promise<void>((resolve) => log.end(resolve)), logFailed]);
  signal?.throwIfAborted();
  await run.onEnd?.();
  if (result.exitCode !== 0) throw buildFailed(spec, complaints, run);
  return { objects };
}

function progressOf(
  done: number,
  expected: number,
  elapsedMs: number,
): Parameters<NonNullable<BuildOptions['onProgress']>>[0] {
  const left = Math.max(0, expected - done);
  const message = `compiling: ${done} of about ${Math.max(expected, done)} objects`;
  if (done < 20) return { phase: 'compile', message, done, expected };
  return {
    phase: 'compile',
    message,
    done,
    expected,
    secondsLeft: Math.round((elapsedMs / done / 1000) * left),
  };
}

function buildFailed(spec: KernelSpec, complaints: readonly string[], run: MakeRun): LastrefError {
  const said = complaints.join('\n');
  if (isDiskFull(said)) return diskFull(`compile ${spec.name}`, run.log);
  const wanted = missingPackage(said);
  if (wanted !== undefined) {
    return new LastrefError(`${spec.name} cannot be compiled: ${wanted} is not installed\n${said}`, {
      blame: 'host',
      hint: `apt-get install ${wanted}`,
      evidence: run.log,
    });
  }
  return new LastrefError(`${spec.name} does not compile\n${said}`, {
    blame: run.blame,
    exitCode: 125,
    evidence: run.log,
  });
}
