import { createReadStream, readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { hasCode, messageOf } from '../kit/errors.js';
import { compilePatternsAtOnce } from '../kit/patterns.js';
import { terminalSafe } from '../kit/terminal-safe.js';
import type { DebugInfo } from '../suite/decode.js';
import { sourceLines } from '../verdict/decode.js';
import { ConsoleScanner, judgeConsole } from '../verdict/scanner.js';
import type { ConsoleReport, Splat } from '../verdict/types.js';

const unreadable = 69;
const shownLines = 10;
/** Characters of answers that wait for more. */
const mostHeldBack = 64 * 1024;

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
  compilePatternsAtOnce();
  let code = 0;
  const { vmlinux, source, kernel, mutant } = options;
  const decodes = [vmlinux, source, kernel, mutant].some((given) => given !== undefined);
  // What builds and reads debug info is loaded only when it is wanted: judging a small log takes less than that.
  const debug = decodes ? await (await import('./debug-info.js')).findDebugInfo(options) : null;
  // Many small logs have many small answers.
  let told = '';
  const flush = async (): Promise<void> => {
    const text = told;
    told = '';
    if (text !== '') await write(text);
  };
  for (const file of files.length === 0 ? ['-'] : files) {
    try {
      const report = await scanFile(file, debug);
      told += options.json ? `${JSON.stringify(asJson(file, report))}\n` : asText(file, report);
      if (report.splats.length > 0 && code === 0) code = 1;
      if (told.length >= mostHeldBack) await flush();
    } catch (error) {
      code = unreadable;
      await flush();
      process.stderr.write(`${terminalSafe(`${file}: cannot be judged: ${messageOf(error)}`)}\n`);
    }
  }
  await flush();
  return code;
}

async function scanFile(file: string, debug: DebugInfo | null): Promise<ConsoleReport> {
  const whole = file === '-' ? null : readSmall(file);
  if (whole !== null && !isGzip(whole)) {
    const problem = notConsole(whole.subarray(0, sampleBytes));
    if (problem !== null) throw new Error(problem);
    return decode(judgeConsole(whole), whole.subarray(0, sampleBytes), debug);
  }
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
  return decode(scanner.end(), sample, debug);
}

async function decode(
  report: ConsoleReport,
  sample: Buffer,
  debug: DebugInfo | null,
): Promise<ConsoleReport> {
  if (debug === null) return report;
  const { decodeSplats } = await import('../suite/decode.js');
  const banner = /Linux version \d[ -~]*/.exec(sample.toString('latin1'))?.[0] ?? null;
  return { ...report, splats: await decodeSplats(report.splats, debug, banner) };
}

const sampleBytes = 64 * 1024;
/** A file up to this size is read at once: a stream costs more than judging a small log. */
const smallFile = 4 * 1024 * 1024;

/** The file's bytes when it is a regular file and small, else null. At once: nothing else is to be done meanwhile, and
 * handing it to other threads and back costs as much as judging it. */
function readSmall(file: string): Buffer | null {
  const found = statSync(file);
  return found.isFile() && found.size <= smallFile ? readFileSync(file) : null;
}

/** RFC 1952: a gzip file starts with 1f 8b. */
const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** Why there is nothing to call clean: an empty file, or one that is no text (a serial line has some noise, not a third). */
function notConsole(sample: Uint8Array): string | null {
  if (sample.length === 0) return 'it is empty';
  const text = Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength).toString('latin1');
  let length = 0;
  for (const [run] of text.matchAll(noise)) length += run.length;
  return length * 3 > sample.length ? 'it is no text' : null;
}

/** NUL and controls that no terminal uses, and bytes that are not ASCII. */
const noise = /[^\x07-\x0a\x0d\x1b\x20-\x7e]+/g;

/** The stream itself, or what it holds when it is gzip. */
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
  if (!isGzip(head)) {
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
