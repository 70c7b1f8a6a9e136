import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { ProbeFault, ProbeRefusal } from '../../src/guest/probe-client-errors.js';
import { canaryBytes, canaryWord } from '../../src/guest/probe-protocol-canary.js';
import { wholeOf } from '../../src/guest/probe-types-options.js';
import type { P2pmemProbe } from '../../src/guest/probe-types-p2pmem.js';
import { scratch, startP2pmem } from './probe-local.js';

const page = 4096;

test('what a probe fills is what the host reads from the file', async (t) => {
  const file = path.join(await scratch(t), 'a file');
  await writeFile(file, Buffer.alloc(4 * page));
  const probe = await startP2pmem(t);
  const area = await probe.map(await probe.open(file), 4 * page);
  await probe.fill(area, 0xfeed);
  t.deepEqual(await readFile(file), canaryBytes(0xfeed, 0, 4 * page));
  t.deepEqual(await probe.touch(area, 16), { value: canaryWord(0xfeed, 16) });
  t.deepEqual(await probe.peek(area, page, 64), canaryBytes(0xfeed, page, 64));
});

test('verify counts wrong words and shows the first one', async (t) => {
  const probe = await startP2pmem(t);
  const area = await probe.anon(2 * page);
  t.is((await probe.verify(area, 'zero')).mismatches, 0);
  await probe.fill(area, 1);
  await probe.fill(area, 2, { offset: page, length: 16 });
  t.deepEqual(await probe.verify(area, 1), {
    words: (2 * page) / 8,
    mismatches: 2,
    first: { offset: page, seen: canaryWord(2, page), expected: canaryWord(1, page) },
  });
  t.is((await probe.verify(area, 1, { length: page })).mismatches, 0);
});

test('copy and compare follow the bytes, base says where they came from', async (t) => {
  const probe = await startP2pmem(t);
  const from = await probe.anon(2 * page);
  const to = await probe.anon(page, { private: true });
  await probe.fill(from, 5);
  await probe.copy({ area: from, offset: page, length: page }, { area: to, offset: 0 });
  t.is((await probe.verify(to, 5, { base: page })).mismatches, 0);
  t.is((await probe.compare(wholeOf(to), { area: from, offset: page })).mismatches, 0);
  t.is((await probe.compare(wholeOf(to), { area: from, offset: 0 })).mismatches, page / 8);
});

test('touching past the end of a truncated file raises SIGBUS at the very address', async (t) => {
  const file = path.join(await scratch(t), 'file');
  await writeFile(file, Buffer.alloc(2 * page));
  const probe = await startP2pmem(t);
  const area = await probe.map(await probe.open(file), 2 * page);
  await probe.fill(area, 9);
  await truncate(file, page);
  const expected = {
    signal: 'SIGBUS',
    code: 'BUS_ADRERR',
    address: area.address + BigInt(page) + 8n,
    exact: true,
  };
  t.deepEqual(await probe.touch(area, page + 8), expected);
  t.deepEqual(await probe.touch(area, page + 8, { write: 1 }), expected);
  t.deepEqual(await probe.touch(area, 8), { value: canaryWord(9, 8) });
  const fault = await t.throwsAsync(probe.verify(area, 9), { instanceOf: ProbeFault });
  t.is(fault.code, 'BUS_ADRERR');
  t.is(fault.fields['off'], String(page));
  t.is(fault.fields['words'], String(page / 8));
});

test('holes and protections raise SIGSEGV with their own codes', async (t) => {
  const probe = await startP2pmem(t);
  const area = await probe.anon(2 * page);
  await probe.unmap(area, { offset: page, length: page });
  t.like(await probe.touch(area, page), { signal: 'SIGSEGV', code: 'SEGV_MAPERR', exact: true });
  await probe.protect(area, 'r', { length: page });
  t.like(await probe.touch(area, 0, { write: 1 }), { signal: 'SIGSEGV', code: 'SEGV_ACCERR', exact: true });
  t.deepEqual(await probe.touch(area, 0), { value: 0n });
});

test('a spinning thread reports the fault that ends it', async (t) => {
  const file = path.join(await scratch(t), 'file');
  await writeFile(file, Buffer.alloc(page));
  const probe = await startP2pmem(t);
  const area = await probe.map(await probe.open(file), page);
  const spinning = await probe.spin(area, 0);
  const other = await probe.spin(area, 8, { write: true });
  t.true((await other.stop()) > 0);
  await truncate(file, 0);
  t.like(await spinning.untilRaised(), { signal: 'SIGBUS', code: 'BUS_ADRERR', address: area.address });
});

test('system calls that are refused carry the name of their error', async (t) => {
  const file = path.join(await scratch(t), 'file');
  await writeFile(file, Buffer.alloc(page));
  const probe = await startP2pmem(t);
  const refused = async (errno: string, call: string, attempt: Promise<unknown>): Promise<void> => {
    const error = await t.throwsAsync(attempt, { instanceOf: ProbeRefusal });
    t.deepEqual([error.errno, error.call, error.blame], [errno, call, 'kernel']);
  };
  await refused('ENOENT', 'open', probe.open(path.join(file, '..', 'nothing')));
  const readOnly = await probe.open(file, { access: 'ro' });
  await refused('EACCES', 'mmap', probe.map(readOnly, page));
  await refused('EINVAL', 'mmap', probe.map(readOnly, page, { protection: 'r', offset: 1 }));
  await refused(
    'ENODEV',
    'mmap',
    probe.map(await probe.open('/proc/self/stat', { access: 'ro' }), page, {
      private: true,
      protection: 'r',
    }),
  );
  const area = await probe.anon(page);
  await refused('EBADF', 'pwrite', probe.write(readOnly, 0, wholeOf(area)));
  await probe.protect(area, 'none');
  await refused('EFAULT', 'pread', probe.read(readOnly, 0, wholeOf(area)));
  await refused('EINVAL', 'madvise', probe.advise(area, 'free'));
  t.false(await probe.exists(`${file}/x`));
  t.true(await probe.exists(file));
});

/** False on a host that forbids io_uring; the refusal must then say so. */
async function hasUring(t: ExecutionContext, probe: P2pmemProbe): Promise<boolean> {
  const area = await probe.anon(page);
  const fd = await probe.open('/dev/zero');
  try {
    await (await probe.submit('read', fd, 0, wholeOf(area), { engine: 'uring' })).completion;
    return true;
  } catch (error) {
    t.true(error instanceof ProbeRefusal);
    t.regex((error as ProbeRefusal).message, /io_uring_setup gave (ENOSYS|EPERM)/);
    return false;
  }
}

for (const engine of ['uring', 'aio', 'thread'] as const) {
  test(`a write and a read submitted through ${engine} complete with their bytes`, async (t) => {
    const file = path.join(await scratch(t), 'file');
    const probe = await startP2pmem(t);
    const fd = await probe.open(file, { create: true });
    const area = await probe.anon(3 * page);
    if (engine === 'uring' && !(await hasUring(t, probe))) return;
    await probe.fill(area, 21);
    const parts = [
      { area, offset: page, length: page },
      { area, offset: 0, length: 512 },
    ];
    const write = await probe.submit('write', fd, page, parts, { engine });
    t.is(write.engine, engine);
    t.like(await write.untilComplete(), { bytes: page + 512, errno: null });
    t.false(write.pending);
    t.deepEqual(
      (await readFile(file)).subarray(page),
      Buffer.concat([canaryBytes(21, page, page), canaryBytes(21, 0, 512)]),
    );
    const read = await probe.submit('read', fd, page, { area, offset: 2 * page, length: page }, { engine });
    t.like(await read.completion, { bytes: page, errno: null });
    t.is((await probe.verify(area, 21, { offset: 2 * page, length: page, base: page })).mismatches, 0);
  });
}

test('the kernel answers a bad buffer with a completion, not with a dead probe', async (t) => {
  const file = path.join(await scratch(t), 'file');
  await writeFile(file, Buffer.alloc(page));
  const probe = await startP2pmem(t);
  const fd = await probe.open(file);
  const area = await probe.anon(page);
  await probe.protect(area, 'none');
  const read = await probe.submit('read', fd, 0, wholeOf(area));
  t.like(await read.untilComplete(), { bytes: -1, errno: 'EFAULT' });
});

test('a request stays in flight until its pipe is fed, and the probe answers meanwhile', async (t) => {
  const fifo = path.join(await scratch(t), 'fifo');
  await execa('mkfifo', [fifo]);
  const probe = await startP2pmem(t);
  const area = await probe.anon(page);
  const fd = await probe.open(fifo); // both ends: opening does not block
  if (!(await hasUring(t, probe))) return; // pread(2) refuses pipes, io_uring does not
  const read = await probe.submit('read', fd, 0, { area, offset: 0, length: 8 }, { engine: 'uring' });
  t.is((await probe.ask('inflight'))['count'], '1');
  t.true(read.pending);
  t.deepEqual(await probe.touch(area), { value: 0n });
  await writeFile(fifo, canaryBytes(4, 0, 8));
  t.like(await read.untilComplete(), { bytes: 8, errno: null });
  t.deepEqual(await probe.touch(area), { value: canaryWord(4, 0) });
  t.is((await probe.ask('inflight'))['count'], '0');
});

test('small files are read and written whole', async (t) => {
  const file = path.join(await scratch(t), 'an attribute');
  await writeFile(file, 'two words\nand 100%=\u00e9\n');
  const probe = await startP2pmem(t);
  t.is(await probe.readFile(file), 'two words\nand 100%=\u00e9');
  await probe.writeFile(file, 'VALUE');
  const fd = await probe.open(file, { access: 'ro' });
  t.regex(await probe.readOpen(fd), /^VALUEords\n/);
  t.is(Number((await probe.ask('stat', [file]))['size']), (await stat(file)).size);
});

test('requests that make no sense are the test’s fault and leave the probe alive', async (t) => {
  const probe = await startP2pmem(t);
  const area = await probe.anon(page);
  for (const attempt of [
    probe.ask('dance'),
    probe.ask('touch'),
    probe.touch(area, page),
    probe.touch(area, 4),
    probe.verify(area, 1, { length: 2 * page }),
    probe.ask('fill', [area.name, 1], { options: { stride: 0 } }),
    probe.ask('fill', [area.name, 1], { options: { stride: '0xfffffffffffffff8' } }),
    probe.ask('submit', ['x', 'write', 'nofd', 0, `${area.name}:0:8`]),
    probe.ask('open', ['x', '/dev/null', 'rw,sideways']),
    probe.ask('map', ['../x', 'nofd', page]),
    probe.ask('kill', ['nobody', 'SIGKILL']),
    probe.client.request('touch', [], { route: 'nobody' }).then((reply) => {
      if (reply.kind === 'err') throw Object.assign(new Error(reply.fields['reason']), { blame: 'test' });
    }),
  ]) {
    t.like(await t.throwsAsync(attempt), { blame: 'test' });
  }
  t.deepEqual(await probe.touch(area), { value: 0n });
});

test('thousands of areas have names of their own', async (t) => {
  const probe = await startP2pmem(t);
  const areas = await Promise.all(Array.from({ length: 3000 }, () => probe.anon(page)));
  await Promise.all(areas.map((area, index) => probe.touch(area, 0, { write: index })));
  await Promise.all(areas.filter((_, index) => index % 2 === 1).map((area) => probe.unmap(area)));
  t.deepEqual(await probe.touch(areas[2998] as (typeof areas)[0]), { value: 2998n });
  t.like(await t.throwsAsync(probe.touch(areas[2999] as (typeof areas)[0])), { blame: 'test' });
});

test('poll tells at once what there is to do with a descriptor', async (t) => {
  const probe = await startP2pmem(t);
  const file = path.join(await scratch(t), 'file');
  await writeFile(file, 'text');
  t.is(await probe.pollOpen(await probe.open(file)), 'in,out');
});
