/** Runs the project's own tests: AVA's TAP as it comes, then one plain line `N passed, N failed`. */
import { constants } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { projectRoot } from '../src/kit/paths.js';
import { closingLine, TapCounter } from './support/tap.js';

const ava = path.join(projectRoot, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
const child = execa(
  'setpriv',
  ['--pdeathsig', 'KILL', '--', process.execPath, ava, '--tap', ...process.argv.slice(2)],
  {
    cwd: projectRoot,
    stdin: 'ignore',
    stderr: 'inherit',
    buffer: false,
    reject: false,
  },
);
const tap = new TapCounter();
for await (const line of createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
  tap.add(line);
  process.stdout.write(`${line}\n`);
}
const { exitCode, signal } = await child;
const code = exitCode ?? 128 + (signal === undefined ? 0 : constants.signals[signal]);
const counts = tap.counts(code);
process.stdout.write(`${closingLine(counts)}\n`);
process.exitCode = code === 0 && counts.failed > 0 ? 1 : code;
