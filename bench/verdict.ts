// Times the verdict engine: many small logs, a clean one, one full of reports, and one without end through the
// command line. Prints a table and writes JSON.
// node build/bench/verdict.js [DIR] [--rounds N] [--stream MB] [--json FILE]
// DIR: a folder of logs to take instead of the generated small ones (all files in it, or in its `logs`).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compilePatternsAtOnce } from '../src/kit/patterns.js';
import { judgeConsole } from '../src/verdict/scanner.js';
import { cleanLog, reportsLog, smallLogs } from './verdict-logs.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    stream: { type: 'string', default: '2048' },
    json: { type: 'string', default: 'build/bench-verdict.json' },
  },
});
const rounds = Math.max(7, Number(values.rounds));
const streamMb = Number(values.stream);

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
  readonly met: boolean;
  /** Every round, in order; the first one pays for starting. */
  readonly rounds: readonly number[];
  readonly note: string;
}

const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

/** CPU milliseconds of this process: what a busy machine adds by making it wait does not count. */
function busyMs(work: () => void): number {
  const since = process.cpuUsage();
  work();
  const used = process.cpuUsage(since);
  return (used.user + used.system) / 1e3;
}

const times = (work: () => void): number[] => Array.from({ length: rounds }, () => busyMs(work));
const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));

/** A row of rates in MB/s, of which the median has to reach `atLeast`. */
function rateRow(what: string, rounds: readonly number[], atLeast: number, note: string): Row {
  const value = median(rounds);
  return { what, value, unit: 'MB/s', target: `>= ${atLeast}`, met: value >= atLeast, rounds, note };
}

const main = path.resolve(import.meta.dirname, '../src/cli/main.js');

/** The logs in a folder, or made ones put into `scratch`. */
function logFiles(scratch: string): string[] {
  const [folder] = positionals;
  if (folder === undefined) {
    return smallLogs(457).map((log, i) => {
      const file = path.join(scratch, `${i}.log`);
      writeFileSync(file, log);
      return file;
    });
  }
  const inner = path.join(folder, 'logs');
  const root = existsSync(inner) ? inner : folder;
  return readdirSync(root)
    .map((name) => path.join(root, name))
    .filter((file) => statSync(file).isFile());
}

/** CPU milliseconds of all children so far (proc(5): cutime and cstime, in ticks of 10 ms). */
function childrenMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return 10 * (Number(fields[13]) + Number(fields[14]));
}

/** What somebody waits for who judges a folder once: a fresh process, from its start to its end, by the clock on the wall. */
function wholeProcess(files: readonly string[]): Row {
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const before = childrenMs();
  const rates = Array.from({ length: rounds }, () => {
    const since = performance.now();
    const { status } = spawnSync(process.execPath, [main, 'console', '--json', ...files], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0 && status !== 1) throw new Error(`the console command ended with ${status}`);
    return bytes / 1e3 / (performance.now() - since);
  });
  const busy = (childrenMs() - before) / rounds;
  const note = `one fresh process over ${files.length} logs, wall clock; the best round: ${shown(Math.max(...rates))}; ${shown(busy)} ms of CPU each, on all its threads`;
  return rateRow('many small logs, cold', rates, 12, note);
}

function manyLogs(files: readonly string[]): Row {
  const logs = files.map((file) => readFileSync(file));
  const bytes = logs.reduce((sum, { length }) => sum + length, 0);
  const rates = times(() => {
    for (const log of logs) judgeConsole(log);
  }).map((ms) => bytes / 1e3 / ms);
  const note = `${logs.length} logs, ${shown(bytes / 1e6)} MB, one after another; the first round, cold: ${shown(rates[0] ?? 0)}`;
  return rateRow('many small logs', rates, 12, note);
}

function clean(): Row {
  const log = Buffer.from(cleanLog(50e6), 'latin1');
  const found = judgeConsole(log).splats.length;
  const rates = times(() => judgeConsole(log)).map((ms) => log.length / 1e3 / ms);
  const note = `${shown(log.length / 1e6)} MB of boot messages, ${found} splats`;
  const row = rateRow('clean log', rates, 200, note);
  return { ...row, met: row.met && found === 0 };
}

function manyReports(): Row {
  const count = 1_143;
  const whole = Buffer.from(reportsLog(count, 3.9e6), 'latin1');
  const double = Buffer.from(reportsLog(2 * count, 7.8e6), 'latin1');
  const found = judgeConsole(whole).splats.length;
  const ms = times(() => judgeConsole(whole));
  const growth = median(times(() => judgeConsole(double))) / median(ms);
  const value = median(ms);
  const note = `${found} of ${count} listed in ${shown(whole.length / 1e6)} MB; twice the log takes ${growth.toFixed(2)} times as long`;
  const met = value <= 1_000 && found === count && growth < 3;
  return {
    what: 'every report of a log',
    value,
    unit: 'ms',
    target: '<= 1000, linear',
    met,
    rounds: ms,
    note,
  };
}

/** Peak resident memory in MiB (Linux: VmHWM). */
function peakOf(pid: number): number {
  const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) / 1024;
}

async function stream(): Promise<Row> {
  const child = spawn(process.execPath, [main, 'console', '--json', '-'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const piece = Buffer.from(reportsLog(20, 4e6), 'latin1');
  const peaks: number[] = [];
  const total = streamMb * 1024 * 1024;
  for (let sent = 0; sent < total; sent += piece.length) {
    if (!child.stdin.write(piece)) await once(child.stdin, 'drain');
    if (sent / total >= peaks.length / rounds) peaks.push(peakOf(child.pid ?? 0));
  }
  peaks.push(peakOf(child.pid ?? 0));
  child.stdin.end();
  const [code] = await exited;
  const value = Math.max(...peaks);
  const note = `${streamMb} MiB through standard input, with reports in it; exit code ${code}`;
  return {
    what: 'memory of a stream',
    value,
    unit: 'MiB',
    target: '<= 150',
    met: value <= 150 && code === 1,
    rounds: peaks,
    note,
  };
}

compilePatternsAtOnce();
const scratch = mkdtempSync(path.join(tmpdir(), 'lastref-bench-'));
const files = logFiles(scratch);
const rows = [wholeProcess(files), manyLogs(files), clean(), manyReports(), await stream()];
rmSync(scratch, { recursive: true });
for (const { what, value, unit, target, met, note } of rows) {
  const figure = `${shown(value)} ${unit}`.padStart(12);
  console.log(`${what.padEnd(24)}${figure}  ${target.padEnd(16)} ${met ? 'met   ' : 'MISSED'}  ${note}`);
}
writeFileSync(values.json, `${JSON.stringify({ rounds, rows }, null, 2)}\n`);
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;
