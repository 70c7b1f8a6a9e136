import { mkdir, readdir, readlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { createRun } from '../../src/artifacts/store.js';
import { cleanCommand, parseAge, parseSize } from '../../src/cli/clean.js';
import { samplePlan, scratch } from '../artifacts/support/sample-run.js';

/** A cache of its own: tests of this file run in one process whose environment they share, so one after the other. */
async function sample(
  t: ExecutionContext,
): Promise<{ runs: string; cache: string; said: string[]; write: (text: string) => void }> {
  const base = await scratch(t);
  const before = process.env['XDG_CACHE_HOME'];
  process.env['XDG_CACHE_HOME'] = base;
  t.teardown(() => {
    if (before === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = before;
  });
  const cache = path.join(base, 'lastref');
  for (const [key, year] of [
    ['old', 2001],
    ['new', 2100],
  ] as const) {
    const folder = path.join(cache, 'kernels', key);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'bzImage'), 'x'.repeat(10_000));
    await utimes(folder, new Date(`${year}-01-01`), new Date(`${year}-01-01`));
  }
  const said: string[] = [];
  return { runs: path.join(base, 'runs'), cache, said, write: (text) => said.push(text) };
}

test.serial('a dry run says what would go and how much, and removes nothing', async (t) => {
  const { runs, cache, said, write } = await sample(t);
  t.is(await cleanCommand({ 'older-than': '7d', 'dry-run': true, runs }, write), 0);
  t.regex(
    said.join(''),
    /^ +1 MiB {2}would go {2}cache kernels\/old, used \d+ days ago\n +1 MiB {2}would be freed in /,
  );
  t.deepEqual((await readdir(path.join(cache, 'kernels'))).sort(), ['new', 'old']);
});

test.serial('without a limit, a dry run lists everything that is kept', async (t) => {
  const { runs, said, write } = await sample(t);
  await cleanCommand({ 'dry-run': true, runs }, write);
  t.regex(
    said.join(''),
    /kept {2}cache kernels\/old, .*\n.*kept {2}cache kernels\/new, used today\n.*could be freed/,
  );
});

test.serial('what is old goes, what is new stays, and nothing half-removed is left', async (t) => {
  const { runs, cache, write } = await sample(t);
  await cleanCommand({ 'older-than': '7d', runs }, write);
  t.deepEqual(await readdir(path.join(cache, 'kernels')), ['new']);
});

test.serial('what is in use stays, however old', async (t) => {
  const { runs, cache, write, said } = await sample(t);
  const plan = samplePlan(runs);
  const open = await createRun({
    ...plan,
    kernel: { ...plan.kernel, bzImage: path.join(cache, 'kernels/old/bzImage') },
  });
  t.teardown(open.release);
  await utimes(path.join(cache, 'kernels/old'), 1, 1);
  await cleanCommand({ 'keep-size': '0M', runs }, write);
  t.deepEqual(await readdir(path.join(cache, 'kernels')), ['old'], said.join(''));
  t.deepEqual((await readdir(runs)).sort(), [plan.id, 'latest'].sort());
});

test.serial('an ended run goes with its bundles, and `latest` does not dangle', async (t) => {
  const { runs, write } = await sample(t);
  const [first, second] = [samplePlan(runs), samplePlan(runs)];
  for (const plan of [first, second]) await (await createRun(plan)).release();
  await writeFile(path.join(runs, `${second.id}.tar.gz`), 'x');
  await writeFile(path.join(runs, 'mine.txt'), 'x');
  await utimes(second.directory, 1, 1);
  t.is(await readlink(path.join(runs, 'latest')), second.id);
  await cleanCommand({ 'older-than': '7d', runs }, write);
  t.deepEqual((await readdir(runs)).sort(), [first.id, 'mine.txt'].sort());
});

test.serial('a lock held by a dead process does not keep anything', async (t) => {
  const { runs, cache, write } = await sample(t);
  const lock = path.join(cache, 'locks/kernels-old.lock');
  await mkdir(path.dirname(lock), { recursive: true });
  await execa('flock', ['--exclusive', lock, 'true']);
  await cleanCommand({ 'older-than': '7d', runs }, write);
  t.deepEqual(await readdir(path.join(cache, 'kernels')), ['new']);
});

test.serial('clean without a limit refuses and says what to give', async (t) => {
  await t.throwsAsync(cleanCommand({}), { message: /needs to know what may go/ });
});

test('ages and sizes are read, and nonsense is refused in a sentence', (t) => {
  t.is(parseAge('2w'), 14 * 86_400_000);
  t.is(parseAge('12h'), 43_200_000);
  t.is(parseSize('500M'), 500 * 1024 ** 2);
  t.is(parseSize('20G'), 20 * 1024 ** 3);
  for (const text of ['', '7', 'd', '-1d', '7 d', '1e3d'])
    t.throws(() => parseAge(text), { message: /--older-than takes/ });
  for (const text of ['', '20', '20g', '1.5G'])
    t.throws(() => parseSize(text), { message: /--keep-size takes/ });
});
