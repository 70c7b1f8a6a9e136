// Scores the verdict engine on a folder of logs with known contents: `index.jsonl` with a row a log (log_file,
// expect_crash, type, title, alt, frame, corrupted), optionally `guilty.jsonl` (log_file, guilty_file).
// node build/bench/score-corpus.js DIR [--misses]
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compilePatternsAtOnce } from '../src/kit/patterns.js';
import { judgeConsole } from '../src/verdict/scanner.js';

interface Row {
  readonly id: string;
  readonly log_file: string;
  readonly expect_crash: boolean;
  readonly type?: string;
  readonly title?: string;
  readonly alt?: readonly string[];
  readonly frame?: string;
  readonly corrupted?: boolean;
  readonly guilty_file?: string;
}

compilePatternsAtOnce();
const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node build/bench/score-corpus.js DIR [--misses]');
  process.exit(2);
}
const showMisses = flags.includes('--misses');
const marks = new Map<string, { good: number; all: number }>();
const misses: string[] = [];

function mark(what: string, good: boolean, miss: () => string): void {
  const entry = marks.get(what) ?? { good: 0, all: 0 };
  entry.all++;
  if (good) entry.good++;
  else misses.push(`${what.padEnd(22)} ${miss()}`);
  marks.set(what, entry);
}

/** The function a title ends with. */
function functionsOf(row: Row): string[] {
  const titles = [row.title ?? '', ...(row.alt ?? [])];
  const named = titles.flatMap(
    (title) => / in ([A-Za-z_$][\w$]*)(?:\/\w+| \/ [\w$]+)?$/.exec(title)?.[1] ?? [],
  );
  // `… still in use in unmount` names no function.
  const functions = named.filter((name) => name !== 'unmount');
  return row.frame ? [row.frame, ...functions] : functions;
}

function rows(name: string): Row[] {
  try {
    return readFileSync(path.join(folder as string, name), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Row);
  } catch (error) {
    if (name === 'index.jsonl') throw error;
    return [];
  }
}

let bytes = 0;
let spentMs = 0;
let busyMs = 0;
function judgeLog(row: Row): ReturnType<typeof judgeConsole> {
  const log = readFileSync(path.join(folder as string, row.log_file));
  bytes += log.length;
  const since = performance.now();
  const cpu = process.cpuUsage();
  const report = judgeConsole(log);
  spentMs += performance.now() - since;
  const used = process.cpuUsage(cpu);
  busyMs += (used.user + used.system) / 1e3;
  return report;
}

for (const row of rows('index.jsonl')) {
  const first = judgeLog(row).splats[0];
  const got =
    first === undefined
      ? 'clean'
      : `${first.class} | ${first.title}${first.corrupted === null ? '' : ` (${first.corrupted})`}`;
  const miss = (): string => `${row.id}: wanted ${row.type} | ${row.title} -- got ${got}`;
  mark('detection', (first !== undefined) === row.expect_crash, miss);
  if (!row.expect_crash || first === undefined) continue;
  const sort = row.corrupted ? 'corrupted ' : '';
  if (row.type !== undefined && row.type !== 'UNKNOWN') mark(`${sort}class`, first.class === row.type, miss);
  mark(`${sort}title`, [row.title, ...(row.alt ?? [])].includes(first.title), miss);
  const functions = functionsOf(row);
  if (!row.corrupted && functions.length > 0)
    mark('function', functions.includes(first.function ?? ''), miss);
  mark('corrupted flag', (first.corrupted !== null) === (row.corrupted === true), miss);
}
for (const row of rows('guilty.jsonl')) {
  const first = judgeLog(row).splats[0];
  mark('guilty detection', first !== undefined, () => row.id);
  if (row.guilty_file)
    mark(
      'guilty file',
      first?.file === row.guilty_file,
      () => `${row.id}: wanted ${row.guilty_file} -- got ${first?.file} (${first?.title})`,
    );
}
if (showMisses) for (const line of misses) console.log(line);
for (const [what, { good, all }] of marks) {
  console.log(
    `${what.padEnd(18)} ${String(good).padStart(4)} / ${String(all).padEnd(4)} ${((100 * good) / all).toFixed(1)} %`,
  );
}
console.log(
  `${(bytes / 1e6).toFixed(1)} MB: ${spentMs.toFixed(0)} ms wall, ${busyMs.toFixed(0)} ms CPU = ${(bytes / 1e3 / busyMs).toFixed(1)} MB a CPU second (cold)`,
);

// Once more without misses, files and compilation: the rate of a long log.
const all = Buffer.concat(
  rows('index.jsonl').map((row) => readFileSync(path.join(folder as string, row.log_file))),
);
const cpu = process.cpuUsage();
const { splats } = judgeConsole(all);
const warm = process.cpuUsage(cpu);
console.log(
  `as one log: ${splats.length} splats, ${(all.length / (warm.user + warm.system)).toFixed(1)} MB a CPU second`,
);
