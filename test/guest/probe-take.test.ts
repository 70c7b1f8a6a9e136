import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { churn, takePages } from '../../src/guest/probe-types-take.js';
import { scratch, startP2pmem } from './probe-local.js';

const page = 4096;

test('ordinary memory can be had by every path that this host has', async (t) => {
  const probe = await startP2pmem(t);
  const area = await probe.anon(2 * page);
  await probe.fill(area, 7);
  const wanted = [
    ['vmsplice', 2 * page],
    ['process_vm_readv', page],
    ['read of /proc/PID/mem', 8],
    ['ptrace(PEEKDATA)', 0],
    ['futex', 0],
    ['futex(PRIVATE)', 0],
    ['send(MSG_ZEROCOPY)', 2 * page],
    ['get_mempolicy', 0],
  ] as const;
  for (const [call, result] of wanted) {
    const seen = await takePages(probe, call, area);
    if (!seen.lacking && seen.errno !== 'ENOSYS' && seen.errno !== 'EPERM')
      t.is(seen.result, result, `${call} ${seen.errno}`);
  }
  t.is((await probe.verify(area, 7)).mismatches, 0);
});

test('what is not mapped is refused, and the answer names the call', async (t) => {
  const probe = await startP2pmem(t);
  const area = await probe.anon(2 * page);
  await probe.unmap(area, { offset: page, length: page });
  const seen = await takePages(probe, 'vmsplice', area, { offset: page, length: page });
  t.deepEqual(seen, { result: null, errno: 'EFAULT', call: 'vmsplice', lacking: false });
});

test('a question that cannot be put is told from a refusal', async (t) => {
  const probe = await startP2pmem(t);
  const area = await probe.anon(page);
  const seen = await takePages(probe, 'NVMe read command', area, { path: '/no/such/node', nsid: 1 });
  t.like(seen, { errno: 'ENOENT', call: 'open', lacking: true });
});

test('a copy lands in the second half of the area', async (t) => {
  const probe = await startP2pmem(t);
  for (const call of ['copy through a pipe', 'copy through a socket', 'copy through a file'] as const) {
    const area = await probe.anon(2 * page);
    await probe.fill(area, 9);
    t.is((await takePages(probe, call, area)).result, page, call);
    t.is((await probe.verify(area, 9, { offset: page, length: page, base: 0 })).mismatches, 0, call);
  }
});

test('parity of a buffer with itself is zero', async (t) => {
  const probe = await startP2pmem(t);
  const [one, other] = [await probe.anon(page), await probe.anon(page)];
  await probe.fill(one, 5);
  await probe.fill(other, 5);
  await probe.parity({ area: one, offset: 0, length: page }, { area: other, offset: 0 });
  t.is((await probe.verify(other, 'zero')).mismatches, 0);
});

test('processes that write the same file find words of one another', async (t) => {
  const file = path.join(await scratch(t), 'shared');
  await writeFile(file, Buffer.alloc(4 * page));
  const probe = await startP2pmem(t);
  const fd = await probe.open(file);
  const seen = await churn(probe, fd, { seed: 3, processes: 4, rounds: 2000, pages: 2, keep: 4 });
  t.true(seen.foreign > 0); // every mapping begins at the file's first byte
  t.true(seen.mapped > 1000);
  t.like(seen, { nomem: 0, invalid: 0, other: 0, died: 0 });
});

test('a crowd is as large as it is asked for, and one of nobody is a mistake', async (t) => {
  const file = path.join(await scratch(t), 'shared');
  await writeFile(file, Buffer.alloc(page));
  const probe = await startP2pmem(t);
  const fd = await probe.open(file);
  const crowd = { seed: 1, rounds: 10, pages: 1, keep: 1 };
  await t.throwsAsync(churn(probe, fd, { ...crowd, processes: 0 }), { message: /did not understand churn/ });
  t.is((await churn(probe, fd, { ...crowd, processes: 1 })).foreign, 0);
});
