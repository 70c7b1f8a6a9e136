import { cp, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { projectRoot } from '../../src/kit/paths.js';
import { scratch } from '../artifacts/support/sample-run.js';

/** A checkout with just what the script needs. */
async function checkout(
  t: ExecutionContext,
): Promise<
  (
    ...args: string[]
  ) => Promise<{ exitCode: number | undefined; stdout: string; stderr: string; root: string }>
> {
  const root = await scratch(t);
  await mkdir(path.join(root, '.ci'));
  await mkdir(path.join(root, 'suites'));
  for (const file of ['.ci/new-scenario', 'suites/scenario.template'])
    await cp(path.join(projectRoot, file), path.join(root, file));
  return async (...args) => {
    const { exitCode, stdout, stderr } = await execa(path.join(root, '.ci/new-scenario'), args, {
      reject: false,
    });
    return { exitCode, stdout, stderr, root };
  };
}

test('a new scenario is the template, in the folder of its area', async (t) => {
  const start = await checkout(t);
  const { exitCode, stdout, root } = await start('p2pdma', 'unbind-twice');
  t.is(exitCode, 0);
  t.regex(stdout, /^suites\/p2pdma\/unbind-twice\.ts\n.*make suite S=p2pdma\/unbind-twice$/);
  const text = await readFile(path.join(root, 'suites/p2pdma/unbind-twice.ts'), 'utf8');
  t.is(text, await readFile(path.join(projectRoot, 'suites/scenario.template'), 'utf8'));
});

test('what is not filled in is refused by the compiler, by name', async (t) => {
  const start = await checkout(t);
  const { root } = await start('p2pdma', 'x');
  const tsc = path.join(projectRoot, 'node_modules/typescript/bin/tsc');
  const checked = await execa(
    process.execPath,
    [
      tsc,
      '--ignoreConfig',
      '--noEmit',
      '--noResolve',
      '--module',
      'nodenext',
      path.join(root, 'suites/p2pdma/x.ts'),
    ],
    { reject: false },
  );
  t.not(checked.exitCode, 0);
  for (const field of ['sentence', 'a_file_of_guests_shapes', 'promises', 'words', 'removal']) {
    t.regex(checked.stdout, new RegExp(`Cannot find name 'FILL_IN_[a-z_]*${field}`));
  }
});

test('a scenario that is there is never overwritten, and names stay names', async (t) => {
  const start = await checkout(t);
  t.is((await start('p2pdma', 'x')).exitCode, 0);
  t.is((await start('p2pdma', 'x')).exitCode, 2);
  for (const [area = '', name = ''] of [
    ['', 'x'],
    ['p2pdma', ''],
    ['../etc', 'x'],
    ['p2pdma', 'X'],
    ['p2pdma', 'a b'],
    ['p2pdma', '-x'],
  ]) {
    t.is((await start(area, name)).exitCode, 2, `${area}/${name}`);
  }
});
