import { constants, createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { buildDebugKernel } from '../images/build.js';
import { resolveKernel } from '../images/resolve.js';
import { hasCode, LastrefError, messageOf } from '../kit/errors.js';
import { terminalSafe } from '../kit/terminal-safe.js';
import { type DebugInfo, debugInfoIn, decodeSplats } from '../suite/decode.js';
import { defaultKernel } from '../suite/plan.js';
import { sourceLines } from '../verdict/decode.js';
import { ConsoleScanner } from '../verdict/scanner.js';
import type { ConsoleReport, Splat } from '../verdict/types.js';
import { findMutant } from './mutants.js';
import { Watcher } from './progress.js';

const unreadable = 69;
const shownLines = 10;

export interface ConsoleOptions {
  readonly json: boolean;
  /** A vmlinux with debug info, of the kernel that printed the logs. */
  readonly vmlinux?: string | undefined;
  /** Its source tree: for maintainers. */
  readonly source?: string | undefined;
  /** Or the kernel, whose debug variant is built when it is not in the cache. */
  readonly kernel?: string | undefined;
  readonly mutant?: string | undefined;
}

/**
 * Judges saved console logs from anywhere: paths, `-` for stdin, gzip told by its first bytes. One JSON object a
 * line with `json`, else lines for people. Returns 0 when all are clean, 1 with splats, 69 when a file could not
 * be read.
 */
export async function consoleCommand(files: readonly string[], options: ConsoleOptions): Promise<number> {
  let code = 0;
  const debug = await debugInfo(options);
  for (const file of files.length === 0 ? ['-'] : files) {
    try {
      const report = await scanFile(file, debug);
      await write(options.json ? `${JSON.stringify(asJson(file, report))}\n` : asText(file, report));
      if (report.splats.length > 0 && code === 0) code = 1;
    } catch (error) {
      code = unreadable;
      process.stderr.write(`${terminalSafe(`${file}: cannot be judged: ${messageOf(error)}`)}\n`);
    }
  }
  return code;
}

async function scanFile(file: string, debug: DebugInfo | null): Promise<ConsoleReport> {
  const source: AsyncIterable<Uint8Array> =
    file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 });
  const scanner = new ConsoleScanner();
  let sample: Buffer = Buffer.alloc(0);
  for await (const chunk of plain(source)) {
    if (sample.length < sampleBytes) sample = Buffer.concat([sample, chunk.subarray(0, sampleBytes)]);
    scanner.push(chunk);
  }
  const problem = notConsole(sample);
  if (problem !== null) throw new Error(problem);
  const report = scanner.end();
  if (debug === null) return report;
  const banner = /Linux version \d[ -~]*/.exec(sample.toString('latin1'))?.[0] ?? null;
  return { ...report, splats: await decodeSplats(report.splats, debug, banner) };
}

/** The debug info that was asked for; null when none was. */
async function debugInfo({ vmlinux, source, kernel, mutant }: ConsoleOptions): Promise<DebugInfo | null> {
  if (vmlinux !== undefined) {
    if (kernel !== undefined || mutant !== undefined)
      throw new LastrefError('--vmlinux and --kernel say the same thing twice', { blame: 'user' });
    if (!(await isReadable(vmlinux)))
      throw new LastrefError(`there is no vmlinux ${vmlinux}`, { blame: 'user' });
    return { vmlinux, source: source === undefined ? null : path.resolve(source), cacheFile: null };
  }
  if (source !== undefined) throw new LastrefError('--source goes with --vmlinux', { blame: 'user' });
  if (kernel === undefined && mutant === undefined) return null;
  return buildDebugInfo(kernel, await findMutant(mutant));
}

const isReadable = (file: string): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => true,
    () => false,
  );

/** The debug variant of a kernel, built when it is not in the cache; progress goes to standard error. */
async function buildDebugInfo(kernel = defaultKernel, mutant?: string): Promise<DebugInfo> {
  const spec = await resolveKernel(kernel);
  const watcher = new Watcher(process.stderr);
  try {
    const image = await buildDebugKernel(spec, {
      mutant,
      onProgress: (progress) => watcher.build('kernel', spec.name, progress),
    });
    const found = debugInfoIn(image);
    if (found !== null) return found;
    throw new LastrefError(`${spec.name} comes without debug info`, {
      blame: 'user',
      hint: 'give its vmlinux: `lastref console FILE --vmlinux F`',
    });
  } finally {
    watcher.end();
  }
}

const sampleBytes = 64 * 1024;

/** Why there is nothing to call clean: an empty file, or one that is no text (a serial line has some noise, not a third). */
function notConsole(sample: Uint8Array): string | null {
  if (sample.length === 0) return 'it is empty';
  const noise = sample.reduce((sum, byte) => sum + (isNoise(byte) ? 1 : 0), 0);
  return noise * 3 > sample.length ? 'it is no text' : null;
}

/** NUL and controls that no terminal uses, and bytes that are not ASCII. */
function isNoise(byte: number): boolean {
  return byte > 0x7e || (byte < 0x20 && ![0x07, 0x08, 0x09, 0x0a, 0x0d, 0x1b].includes(byte));
}

/** The stream itself, or what it holds when it starts like gzip (RFC 1952, 1f 8b). */
async function* plain(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const rest = async function* (): AsyncIterable<Uint8Array> {
    yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  };
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* rest();
    return;
  }
  const gunzip = createGunzip();
  const piped = pipeline(Readable.from(rest()), gunzip);
  // Its failure reaches the reader through the stream below; this keeps it from being reported twice.
  piped.catch(() => undefined);
  yield* gunzip as AsyncIterable<Uint8Array>;
  await piped;
}

function asJson(file: string, { splats, lost }: ConsoleReport): unknown {
  return { file, clean: splats.length === 0, splats: splats.map(splatJson), lost };
}

function splatJson({ corrupted, raw: _raw, ...splat }: Splat): unknown {
  return { ...splat, corrupted: corrupted !== null, reason: corrupted };
}

function asText(file: string, { splats, lost }: ConsoleReport): string {
  const lines: string[] = [];
  if (splats.length === 0) lines.push(`${file}: clean`);
  for (const splat of splats) {
    const doubt = splat.corrupted === null ? '' : ` (damaged: ${splat.corrupted})`;
    lines.push(`${file}: ${splat.title} [${splat.class}] at byte ${splat.start}${doubt}`);
    if (splat.source !== undefined) lines.push(...sourceLines(splat.source).map((line) => `    ${line}`));
    const raw = (splat.decoded ?? splat.raw).split('\n').filter((line) => line.trim() !== '');
    lines.push(...raw.slice(0, shownLines).map((line) => `    ${line.slice(0, 200)}`));
    if (raw.length > shownLines) lines.push(`    … ${raw.length - shownLines} more lines`);
    lines.push(...splat.aftermath.map((title) => `    then: ${title}`));
  }
  lines.push(...lost.map((loss) => `${file}: coverage lost: ${loss.detail}`));
  return `${lines.map(terminalSafe).join('\n')}\n`;
}

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      const isLeft = hasCode(error, 'EPIPE', 'ERR_STREAM_DESTROYED'); // nobody reads on; the exit code is for the others
      if (error && !isLeft) reject(error);
      else resolve();
    });
  });
}
