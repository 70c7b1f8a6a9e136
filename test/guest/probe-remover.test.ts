import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { ProbeRefusal } from '../../src/guest/probe-client-errors.js';
import { stoodStill } from '../../src/guest/probe-types-remover.js';
import { scratch, startRemover } from './probe-local.js';

test('a write that blocks is watched from outside and reports when it returns', async (t) => {
  const fifo = path.join(await scratch(t), 'a fifo');
  await execa('mkfifo', [fifo]);
  const remover = await startRemover(t);
  const write = await remover.write(fifo, '0000:03:00.0'); // nobody reads: open(2) waits
  await remover.untilEvent('started', (event) => event.fields['pid'] === String(write.pid));
  t.is((await remover.ask('jobs'))['count'], '1');
  const sample = await write.sample();
  t.is(sample.pid, write.pid);
  t.deepEqual(remover.client.events('done'), []);
  t.is(await readFile(fifo, 'utf8'), '0000:03:00.0');
  const result = await write.untilDone();
  t.like(result, { bytes: 12, errno: null, signal: null });
  t.deepEqual(await write.done, result);
  t.like(await t.throwsAsync(write.sample(), { instanceOf: ProbeRefusal }), { errno: 'ESRCH' });
  t.is((await remover.ask('jobs'))['count'], '0');
});

test('a write that fails says which call and why', async (t) => {
  const folder = await scratch(t);
  const remover = await startRemover(t);
  const missing = await remover.write(path.join(folder, 'unbind'), 'x');
  const result = await missing.untilDone();
  t.like(result, { bytes: -1, errno: 'ENOENT' });
  t.is(result.event.fields['call'], 'open');
  const full = await (await remover.write('/dev/full', 'x')).untilDone();
  t.like(full, { bytes: -1, errno: 'ENOSPC' });
  t.is(full.event.fields['call'], 'write');
});

test('several writes run side by side and end in any order', async (t) => {
  const folder = await scratch(t);
  const fifos = ['one', 'two', 'three'].map((name) => path.join(folder, name));
  await execa('mkfifo', fifos);
  const remover = await startRemover(t);
  const writes = await Promise.all(fifos.map((fifo, index) => remover.write(fifo, String(index))));
  t.is(new Set(writes.map((write) => write.pid)).size, 3);
  for (const index of [2, 0, 1]) {
    t.is(await readFile(fifos[index] ?? '', 'utf8'), String(index));
    await writes[index]?.untilDone();
  }
});

test('a writer that is killed is done without an answer', async (t) => {
  const fifo = path.join(await scratch(t), 'fifo');
  await execa('mkfifo', [fifo]);
  const remover = await startRemover(t);
  const write = await remover.write(fifo, 'x');
  process.kill(write.pid, 'SIGKILL');
  t.like(await write.untilDone(), { bytes: -1, signal: 'SIGKILL' });
});

test('the end of the probe takes its writers along and rejects those who wait', async (t) => {
  const fifo = path.join(await scratch(t), 'fifo');
  await execa('mkfifo', [fifo]);
  const remover = await startRemover(t);
  const write = await remover.write(fifo, 'x');
  t.deepEqual(await remover.client.close(), { code: 0, signal: null });
  t.like(await t.throwsAsync(write.done), {
    blame: 'test',
    message: 'probe remover died: exited with code 0 (while done was awaited)',
  });
  const gone = await execa('tail', [`--pid=${write.pid}`, '-f', '/dev/null'], {
    timeout: 20_000,
    reject: false,
  });
  t.false(gone.timedOut);
});

test('any process can be sampled by its pid, a missing one is ESRCH', async (t) => {
  const remover = await startRemover(t);
  const sample = await remover.sample(process.pid);
  t.regex(sample.state, /^[RSDI]$/);
  t.true(sample.cpuTicks > 0);
  t.like(await t.throwsAsync(remover.sample(2 ** 31 - 1)), { errno: 'ESRCH' });
  t.like(await t.throwsAsync(remover.ask('stack', ['nobody'])), { blame: 'test' });
});

test('samples that differ in stack, switches or CPU time are of a process that moved', (t) => {
  const still = {
    pid: 4,
    state: 'D',
    wchan: 'memunmap_pages',
    stack: ['memunmap_pages', 'release_nodes'],
    voluntarySwitches: 3,
    involuntarySwitches: 1,
    cpuTicks: 2,
    tsc: 1n,
  };
  t.true(stoodStill(still, { ...still }));
  t.false(stoodStill(still, { ...still, voluntarySwitches: 4 }));
  t.false(stoodStill(still, { ...still, cpuTicks: 3, tsc: 1n }));
  t.false(stoodStill(still, { ...still, stack: ['release_nodes'] }));
  t.false(stoodStill(still, { ...still, pid: 5 }));
});

test('values with blanks, newlines and percent signs arrive as they are', async (t) => {
  const file = path.join(await scratch(t), 'file');
  await writeFile(file, '');
  const remover = await startRemover(t);
  t.like(await (await remover.write(file, 'a b\n100%=é')).untilDone(), { errno: null });
  t.is(await readFile(file, 'utf8'), 'a b\n100%=é');
});
