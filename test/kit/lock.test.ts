import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { isLocked } from '../../src/artifacts/in-use.js';
import { deferred } from '../../src/kit/deferred.js';
import { withLock } from '../../src/kit/lock.js';
import { projectRoot } from '../../src/kit/paths.js';
import { until } from '../../src/kit/wait.js';
import { scratch } from '../artifacts/support/sample-run.js';

test('one holds it at a time, and what the body returns or throws comes out', async (t) => {
  const file = path.join(await scratch(t), 'not there yet', 'a.lock');
  let inside = 0;
  let most = 0;
  const body = async (): Promise<number> => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return inside--;
  };
  t.deepEqual(await Promise.all([1, 2, 3].map(() => withLock(file, body))), [1, 1, 1]);
  t.is(most, 1);
  await t.throwsAsync(
    withLock(file, () => Promise.reject(new Error('mine'))),
    { message: 'mine' },
  );
  t.false(await isLocked(file, 'exclusive'));
});

test('whoever has to wait is told once, and can give up with a reason', async (t) => {
  const file = path.join(await scratch(t), 'a.lock');
  const letGo = deferred<void>();
  const held = deferred<void>();
  const holder = withLock(file, () => {
    held.resolve();
    return letGo.promise;
  });
  await held.promise;
  const told = deferred<void>();
  const controller = new AbortController();
  const waiting = withLock(file, async () => t.fail('it was never free'), {
    signal: controller.signal,
    onWait: () => told.resolve(),
  });
  await told.promise;
  const reason = new Error('the run was stopped');
  controller.abort(reason);
  t.is(await t.throwsAsync(waiting), reason);
  letGo.resolve();
  await holder;
  t.false(await isLocked(file, 'exclusive'));
});

test('the lock of a process that was killed is free', async (t) => {
  const file = path.join(await scratch(t), 'a.lock');
  const lock = path.join(projectRoot, 'build/src/kit/lock.js');
  const program = `
    import { withLock } from ${JSON.stringify(lock)};
    await withLock(process.argv[1], async () => { console.log('held'); await new Promise(() => setInterval(() => 0, 1e6)); });`;
  const child = execa(process.execPath, ['--input-type=module', '--eval', program, file], {
    buffer: false,
    reject: false,
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  t.true(await isLocked(file, 'exclusive'));
  child.kill('SIGKILL');
  await child;
  await until({ name: 'the lock to be free', deadlineMs: 20_000 }, async () =>
    (await isLocked(file, 'exclusive')) ? undefined : true,
  );
  t.is(await withLock(file, async () => 'mine now'), 'mine now');
});
