import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { projectRoot } from '../src/kit/paths.js';
import { type Usage, watchTree } from './processes.js';

/** A run of the tool in processes of its own, as a user starts it. */
export interface Ran {
  /** Seconds from exec to the end. */
  readonly seconds: number;
  /** Seconds from exec to the first scenario's start. */
  readonly toFirst: number | undefined;
  readonly usage: Usage;
  readonly scenarios: number;
}

const main = path.join(projectRoot, 'build/src/cli/main.js');

/** Starts `lastref run WORDS`; with `untilFirst` it is stopped in an orderly way when the first scenario starts. */
export async function lastrefRun(
  words: readonly string[],
  options: {
    readonly command?: readonly string[];
    readonly untilFirst?: boolean;
    readonly env?: NodeJS.ProcessEnv;
  } = {},
): Promise<Ran> {
  const [program = process.execPath, ...argv] = options.command ?? [process.execPath, main, 'run', ...words];
  const mark = performance.now();
  const seconds = (): number => (performance.now() - mark) / 1000;
  const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', program, ...argv], {
    cwd: projectRoot,
    env: { CI: '1', ...options.env },
    all: true,
    buffer: false,
    reject: false,
    stdin: 'ignore',
    detached: true, // a group of its own: make and the tool hear the same ^C
  });
  const watch = watchTree(child.pid ?? 0);
  let toFirst: number | undefined;
  let scenarios = 0;
  const tail: string[] = [];
  const lines = createInterface({ input: child.all });
  lines.on('line', (line) => {
    if (tail.push(line) > 30) tail.shift();
    if (/^(?:PASS|DONE|FAIL|ERROR|MISS|SKIP) /.test(line)) scenarios += 1;
    if (!line.startsWith('....  ') || toFirst !== undefined) return;
    toFirst = seconds();
    if (options.untilFirst === true && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  });
  const closed = once(lines, 'close');
  const { exitCode } = await child;
  await closed;
  watch.stop();
  const ran = { seconds: seconds(), toFirst, usage: watch.usage(), scenarios };
  const isStopped = options.untilFirst === true && toFirst !== undefined;
  if (!isStopped && exitCode !== 0 && exitCode !== 1)
    throw new Error(`${[program, ...argv].join(' ')} ended with ${exitCode}: ${tail.slice(-5).join(' | ')}`);
  return ran;
}
