import { chmod, cp, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { projectRoot } from '../../src/kit/paths.js';
import { scratch } from '../artifacts/support/sample-run.js';

/** As bare as it gets: no HOME, no UTF-8, another working directory. */
const make = (folder: string, ...words: string[]) =>
  execa('make', ['--no-print-directory', '-C', folder, ...words], {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'POSIX' },
    extendEnv: false,
    reject: false,
  });

/** A checkout that is set up and compiled, whose tool prints the words and the part of the environment it was given. */
async function checkout(t: ExecutionContext): Promise<string> {
  const folder = path.join(await scratch(t), 'a checkout');
  const files: Record<string, string> = {
    'package.json': '{}',
    'package-lock.json': '{}',
    'tsconfig.json': '{}',
    '.ci/setup': '#!/bin/sh\n',
    'build/src/cli/main.js':
      'console.log(JSON.stringify({ argv: process.argv.slice(2), flags: process.env.MAKEFLAGS ?? null, home: process.env.HOME }))',
    'node_modules/.package-lock.json': '{}',
    'build/.compiled': '',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  await chmod(path.join(folder, '.ci/setup'), 0o755);
  await cp(path.join(projectRoot, 'Makefile'), path.join(folder, 'Makefile'));
  // Later than their sources, whatever the clock's grain.
  await utimes(path.join(folder, 'node_modules/.package-lock.json'), 4e9, 4e9);
  await utimes(path.join(folder, 'build/.compiled'), 4e9 + 1, 4e9 + 1);
  return folder;
}

async function given(
  folder: string,
  ...words: string[]
): Promise<{ argv: string[]; flags: string | null; home: string }> {
  const { stdout, stderr } = await make(folder, ...words);
  if (!stdout.startsWith('{')) throw new Error(`${stdout}\n${stderr}`);
  return JSON.parse(stdout);
}

test('make help lists every target with a line, from anywhere, under a path with spaces', async (t) => {
  const folder = await checkout(t);
  const { exitCode, stdout } = await make(folder, 'help');
  t.is(exitCode, 0);
  const [, targets = ''] =
    /^\.PHONY: (.*)$/m.exec(await readFile(path.join(folder, 'Makefile'), 'utf8')) ?? [];
  t.true(targets.split(' ').length > 15);
  for (const target of targets.split(' ')) t.regex(stdout, new RegExp(`^ {2}${target} +\\S+`, 'm'));
});

test('make without a target is help, not work', async (t) => {
  t.regex((await make(await checkout(t))).stdout, /^usage: make TARGET/);
});

test('check asks the quick scenarios and a sample of the cells, of the default kernel or of the one that is named', async (t) => {
  const folder = await checkout(t);
  const quick = ['run', '--tag', '!nightly', '--sample', '12'];
  t.deepEqual((await given(folder, 'check')).argv, quick);
  t.deepEqual((await given(folder, 'check', 'SEED=7', 'SAMPLE=2', 'KERNEL=k')).argv, [
    ...['run', '--tag', '!nightly', '--sample', '2', '--seed', '7', '--kernel', 'k'],
  ]);
  t.deepEqual((await given(folder, 'nightly', 'SEED=7')).argv, ['run', '--seed', '7']);
  t.regex((await given(folder, 'nightly')).argv.join(' '), /^run --seed \d{8}$/);
  t.deepEqual((await given(folder, 'try')).argv, ['run', 'p2pdma', '--kernel', 'debian-7.3']);
  t.deepEqual((await given(folder, 'meta', 'JOBS=1')).argv, [
    'run',
    'meta',
    '--mutant',
    'more-crashes',
    '--jobs',
    '1',
  ]);
});

test('values with blanks, quotes and dollars reach the tool as they are', async (t) => {
  const folder = await checkout(t);
  const kernel = '/my linux/it\'s "x" `id`';
  t.deepEqual((await given(folder, 'kernel', `KERNEL=${kernel}`)).argv, ['kernel', 'build', kernel]);
  t.deepEqual((await given(folder, 'suite', 'S=p2pdma/x meta')).argv, ['run', 'p2pdma/x', 'meta']);
});

test('a suite has to be named', async (t) => {
  const { exitCode, stderr } = await make(await checkout(t), 'suite');
  t.is(exitCode, 2);
  t.regex(stderr, /make suite S=p2pdma/);
});

test('the exit code of the tool is not lost, though make has only its own 2 to give', async (t) => {
  const folder = await checkout(t);
  await writeFile(path.join(folder, 'build/src/cli/main.js'), 'process.exit(69)');
  const { exitCode, stderr } = await make(folder, 'check');
  t.is(exitCode, 2);
  t.regex(stderr, /Error 69/);
});

test('make keeps its own flags and variables from the make that builds kernels, and finds a home', async (t) => {
  const { flags, home } = await given(await checkout(t), '-j4', 'check', 'KERNEL=k', 'S=x');
  t.is(flags, null);
  t.truthy(home);
});
