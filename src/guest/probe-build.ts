import { access, mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { command } from '../images/command.js';
import { hashOf, makeTemporary, readJson } from '../images/store.js';
import { findTool } from '../images/tools.js';
import { diskError, writeJson } from '../kit/atomic.js';
import { hasCode, LastrefError } from '../kit/errors.js';
import { withLock } from '../kit/lock.js';
import { didYouMean } from '../kit/nearest.js';
import { cacheRoot, projectRoot } from '../kit/paths.js';

export interface CompiledProbe {
  /** The static binary on the host. */
  readonly path: string;
  /** sha256 of everything it was made from. */
  readonly key: string;
}

export interface ProbeBuildOptions {
  readonly signal?: AbortSignal | undefined;
  /** Folder of the sources; the project's own unless told. */
  readonly sources?: string;
}

// No build id and no symbols: the same sources give the same bytes. -O1 keeps the accesses what they look like.
const flags = ['-static', '-O1', '-Wall', '-Wextra', '-Werror', '-pthread', '-s', '-Wl,--build-id=none'];
const shared = 'shared';

/** Names of the probes: every *.c file that lies in the folder itself. */
export async function listProbes(sources = path.join(projectRoot, 'guests/probes')): Promise<string[]> {
  const files = await readdir(sources);
  return files
    .filter((file) => file.endsWith('.c'))
    .map((file) => file.slice(0, -2))
    .sort();
}

/** NAME.c, and every file of NAME/ and shared/, relative to the folder, in a fixed order. */
async function sourcesOf(folder: string, name: string): Promise<string[]> {
  const files = [`${name}.c`];
  for (const part of [name, shared]) {
    const found = await readdir(path.join(folder, part)).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
      throw error;
    });
    for (const file of found.sort()) if (/\.[ch]$/.test(file)) files.push(`${part}/${file}`);
  }
  return files;
}

async function requireCompiler(): Promise<void> {
  if ((await findTool('gcc')) !== undefined) return;
  throw new LastrefError('gcc not found: needed to compile the probes', {
    blame: 'host',
    hint: 'apt-get install gcc libc6-dev',
  });
}

/** A file's place, size and time: cheaper than its bytes, and the package manager changes them together. */
async function identityOf(file: string): Promise<string> {
  const place = await realpath(file);
  const { size, mtimeMs } = await stat(place);
  return `${place} ${size} ${mtimeMs}`;
}

/**
 * What of the host ends up in the binary: the compiler and the static C library. Where the compiler has its library is
 * asked once and kept: every guest of every run needs the answer.
 */
async function toolchain(signal: AbortSignal | undefined): Promise<string[]> {
  const gcc = await identityOf((await findTool('gcc')) ?? 'gcc');
  const kept = path.join(cacheRoot(), 'toolchain', `${hashOf(gcc).slice(0, 16)}.json`);
  const known = await readJson<{ readonly library: string }>(kept);
  const library = known?.library ?? (await askForLibrary(signal));
  const identity = await identityOf(library).catch(async (error: unknown) => {
    // gcc repeats the bare name when it does not find the file.
    if (!hasCode(error, 'ENOENT')) throw error;
    await rm(kept, { force: true });
    throw new LastrefError('the static C library (libc.a) not found: needed to compile the probes', {
      blame: 'host',
      hint: 'apt-get install gcc libc6-dev',
      cause: error,
    });
  });
  if (known === undefined) await writeJson(kept, { library });
  return [gcc, identity];
}

async function askForLibrary(signal: AbortSignal | undefined): Promise<string> {
  const purpose = 'ask gcc where its C library is';
  const { stdout } = await command('gcc', ['-print-file-name=libc.a'], { purpose, signal });
  return stdout.toString('utf8').trim();
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
      throw diskError(error, file);
    },
  );
}

/**
 * Compiles guests/probes/NAME.c (with NAME/ and shared/) into a static binary, or finds it in the cache
 * (cacheRoot()/probes/KEY/NAME). Of two processes that want the same one, the second waits for the first.
 */
export async function compileProbe(name: string, options: ProbeBuildOptions = {}): Promise<CompiledProbe> {
  const { signal } = options;
  const folder = options.sources ?? path.join(projectRoot, 'guests/probes');
  const known = await listProbes(folder);
  if (!known.includes(name)) {
    throw new LastrefError(`there is no probe ${JSON.stringify(name)}${didYouMean(name, known)}`, {
      blame: 'test',
      hint: `the probes are ${known.join(', ')}: the *.c files in ${folder}`,
    });
  }
  await requireCompiler();
  const files = await sourcesOf(folder, name);
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file))));
  const parts = files.flatMap((file, index) => [file, texts[index] ?? '']);
  const key = hashOf(...(await toolchain(signal)), flags.join(' '), ...parts);
  const store = path.join(cacheRoot(), 'probes');
  const binary = path.join(store, key, name);
  if (await exists(binary)) return { path: binary, key };
  const units = files.filter((file) => file.endsWith('.c'));
  const lock = path.join(cacheRoot(), 'locks', `probes-${key}.lock`);
  await withLock(
    lock,
    async () => void ((await exists(binary)) || (await build(folder, units, binary, store, signal))),
    {
      signal,
    },
  );
  return { path: binary, key };
}

async function build(
  folder: string,
  units: readonly string[],
  binary: string,
  store: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let scratch: string | undefined;
  try {
    scratch = await makeTemporary(store);
    const made = path.join(scratch, path.basename(binary));
    await command('gcc', [...flags, '-o', made, ...units], {
      purpose: `compile the probe ${path.basename(binary)}`,
      cwd: folder,
      env: { TMPDIR: scratch },
      signal,
      blame: 'test',
    });
    await mkdir(path.dirname(binary), { recursive: true });
    await rename(made, binary);
  } catch (error) {
    throw diskError(error, binary);
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}
