import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { ProbeRefusal } from '../../src/guest/probe-client-errors.js';
import { canaryBytes, canaryWord } from '../../src/guest/probe-protocol-canary.js';
import { writesForking } from '../../src/guest/probe-types-forking.js';
import { scratch, startP2pmem } from './probe-local.js';

const page = 4096;

test('a child has its parent’s areas and descriptors and answers for itself', async (t) => {
  const file = path.join(await scratch(t), 'file');
  await writeFile(file, Buffer.alloc(page));
  const parent = await startP2pmem(t);
  const shared = await parent.map(await parent.open(file), page);
  const own = await parent.anon(page, { private: true });
  await parent.fill(own, 1);
  const child = await parent.fork('kid');
  await child.fill(shared, 7);
  await child.fill(own, 8);
  t.is((await parent.verify(shared, 7)).mismatches, 0);
  t.is((await parent.verify(own, 1)).mismatches, 0);
  t.is((await child.verify(own, 8)).mismatches, 0);
  await parent.unmap(shared);
  t.deepEqual(await child.touch(shared, 8), { value: canaryWord(7, 8) });
});

test('a child of a child is reached through both, and each reports under its own name', async (t) => {
  const parent = await startP2pmem(t);
  const child = await parent.fork('a');
  const grandchild = await child.fork('b');
  t.is(grandchild.label, 'p2pmem@a/b');
  const area = await grandchild.anon(page);
  t.deepEqual(await grandchild.touch(area), { value: 0n });
  t.like(await t.throwsAsync(child.touch(area)), { blame: 'test' });
  const fd = await grandchild.open('/dev/zero');
  const read = await grandchild.submit('read', fd, 0, { area, offset: 0, length: 8 }, { engine: 'thread' });
  t.is((await read.completion).event.fields['from'], 'a/b');
  t.deepEqual(await grandchild.exit(3), { code: 3, signal: null });
  t.deepEqual(await child.wait(grandchild), { code: 3, signal: null });
  t.deepEqual(await child.exit(), { code: 0, signal: null });
});

test('children die by signal, from inside and from outside, and their names are free again', async (t) => {
  const parent = await startP2pmem(t);
  const first = await parent.fork('kid');
  t.deepEqual(await first.die('SIGKILL'), { code: null, signal: 'SIGKILL' });
  const second = await parent.fork('kid');
  t.not(second.pid, first.pid);
  const waiting = parent.wait(second);
  await parent.kill(second, 'SIGTERM');
  t.deepEqual(await waiting, { code: null, signal: 'SIGTERM' });
  t.deepEqual(await second.untilGone(), { code: null, signal: 'SIGTERM' });
  t.like(await t.throwsAsync(second.ask('inflight')), {
    blame: 'test',
    message: 'probe p2pmem@kid did not understand inflight: the child is gone',
  });
  await t.notThrowsAsync(parent.anon(page));
});

test('what a dying child was asked is rejected in its name, others go on', async (t) => {
  const parent = await startP2pmem(t);
  const stuck = await parent.fork('stuck');
  const other = await parent.fork('other');
  await parent.kill(stuck, 'SIGSTOP'); // answers nothing from here on
  const never = stuck.anon(page);
  const completion = stuck.watch('complete', () => true);
  completion.catch(() => undefined);
  await parent.kill(stuck, 'SIGKILL');
  t.like(await t.throwsAsync(never), {
    blame: 'test',
    message: 'probe p2pmem@stuck died: killed by SIGKILL (while anon was awaited)',
  });
  await t.throwsAsync(completion, { message: /p2pmem@stuck died/ });
  await t.notThrowsAsync(other.anon(page));
});

test('a child lives in a process of its own and goes when its parent goes', async (t) => {
  const parent = await startP2pmem(t);
  const child = await parent.fork();
  const pid = Number(child.pid);
  t.is((await parent.readFile(`/proc/${pid}/comm`)).trim(), 'p2pmem');
  t.deepEqual(await parent.die('SIGKILL'), await parent.client.closed);
  t.is((await parent.client.closed).signal, 'SIGKILL');
  // The kernel reaps it for whoever adopted it; waiting for its end is a wait for its /proc entry to go or turn zombie.
  const gone = await execa('tail', [`--pid=${pid}`, '-f', '/dev/null'], { timeout: 20_000, reject: false });
  t.false(gone.timedOut);
});

test('a child that was forked while requests were in flight does not keep them alive', async (t) => {
  const fifo = path.join(await scratch(t), 'fifo');
  await execa('mkfifo', [fifo]);
  const parent = await startP2pmem(t);
  const area = await parent.anon(page);
  const read = await parent.submit('read', await parent.open('/dev/zero'), 0, {
    area,
    offset: 0,
    length: page,
  });
  const children = await Promise.all(Array.from({ length: 8 }, () => parent.fork()));
  t.like(await read.completion, { bytes: page });
  for (const child of children) {
    const fds = await child.ask('stat', ['/proc/self/fd/0']);
    t.is(fds['type'], 'other'); // its socket, not the parent's standard input
    t.is((await child.ask('inflight'))['count'], '0');
  }
  const ends = await Promise.all(children.map((child) => child.exit()));
  t.true(ends.every((end) => end.code === 0));
});

test('a process that forks all the while writes as often as it is told to, and whole', async (t) => {
  const probe = await startP2pmem(t);
  const file = path.join(await scratch(t), 'disk');
  await writeFile(file, Buffer.alloc(8192));
  const area = await probe.anon(8192);
  await probe.fill(area, 3);
  const seen = await writesForking(probe, await probe.open(file), { area, offset: 0, length: 8192 }, 200);
  t.true(seen.transfers >= 200);
  t.true(seen.forks >= 8);
  t.deepEqual(await readFile(file), canaryBytes(3, 0, 8192));
  const readOnly = await probe.open(file, { access: 'ro' });
  const refused = writesForking(probe, readOnly, { area, offset: 0, length: 8192 }, 1);
  t.like(await t.throwsAsync(refused, { instanceOf: ProbeRefusal }), { errno: 'EBADF' });
});
