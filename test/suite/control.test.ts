import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { deferred } from '../../src/kit/deferred.js';
import { connectControl, openControl, type WorkerMessage } from '../../src/suite/control.js';
import { scratch } from '../artifacts/support/sample-run.js';

test('a run hears what its workers say, and a worker hears that it is to stop', async (t) => {
  const socket = path.join(await scratch(t), '.control');
  const heard: WorkerMessage[] = [];
  const all = deferred<void>();
  const control = await openControl(socket, (message) => {
    if (heard.push(message) === 2) all.resolve();
  });
  t.teardown(control.close);
  t.is((await stat(socket)).mode & 0o777, 0o600);
  const line = await connectControl(socket);
  line.send({ kind: 'start', id: 'p2pdma/x' });
  line.send({ kind: 'step', id: 'p2pdma/x', doing: 'unbind cmb', phase: 'ask' });
  await all.promise;
  t.deepEqual(heard, [
    { kind: 'start', id: 'p2pdma/x' },
    { kind: 'step', id: 'p2pdma/x', doing: 'unbind cmb', phase: 'ask' },
  ]);
  t.false(line.signal.aborted);
  const stopped = new Promise((resolve) => line.signal.addEventListener('abort', resolve));
  control.stop('the run was interrupted');
  await stopped;
  t.like(line.signal.reason, { message: 'the run was interrupted', blame: 'user', exitCode: 130 });
});

test('a worker that comes late is stopped too', async (t) => {
  const socket = path.join(await scratch(t), '.control');
  const control = await openControl(socket, () => undefined);
  t.teardown(control.close);
  control.stop('no guest of this kernel boots');
  control.stop('the first reason is the one that counts');
  const { signal } = await connectControl(socket);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  t.is(signal.reason.message, 'no guest of this kernel boots');
});

test('a worker whose run is gone stops; one that is done does not mind', async (t) => {
  const socket = path.join(await scratch(t), '.control');
  const control = await openControl(socket, () => undefined);
  const [working, done] = [await connectControl(socket), await connectControl(socket)];
  done.close();
  const aborted = new Promise((resolve) => working.signal.addEventListener('abort', resolve));
  await control.close();
  await aborted;
  t.is(working.signal.reason.message, 'the run is gone');
  t.false(done.signal.aborted);
  t.deepEqual(await readdir(path.dirname(socket)), []);
});

test('a run directory may be deeper than a socket address is long, and hold blanks', async (t) => {
  const deep = path.join(await scratch(t), 'a folder with a long name '.repeat(8), 'b'.repeat(200));
  await mkdir(deep, { recursive: true });
  const socket = path.join(deep, '.control');
  t.true(socket.length > 400);
  const heard = deferred<WorkerMessage>();
  const control = await openControl(socket, heard.resolve);
  t.teardown(control.close);
  const line = await connectControl(socket);
  line.send({ kind: 'end', id: 'x' });
  t.deepEqual(await heard.promise, { kind: 'end', id: 'x' });
});

test('without a run to follow, nobody listens and nobody stops', async (t) => {
  const line = await connectControl(null);
  line.send({ kind: 'start', id: 'x' });
  line.close();
  t.false(line.signal.aborted);
});

test('a run that is not there any more is an error', async (t) => {
  await t.throwsAsync(connectControl(path.join(await scratch(t), '.control')), { code: 'ENOENT' });
  await t.throwsAsync(
    openControl('/nonexistent/.control', () => undefined),
    { code: 'ENOENT' },
  );
});
