import test from 'ava';
import { readHostShare, shareBetween } from '../../src/guest/host-share.js';

test('the share is the part of the time it wanted to run in which it ran', (t) => {
  const before = { ranNs: 100, waitedNs: 100 };
  t.is(shareBetween(before, { ranNs: 200, waitedNs: 400 }), 0.25);
  t.is(shareBetween(before, before), 1, 'it wanted nothing');
  t.is(shareBetween(before, { ranNs: 50, waitedNs: 50 }), 1, 'a thread with much of it has ended');
});

test('a process has a share of this host, and one that is gone has none', async (t) => {
  t.true(((await readHostShare(process.pid))?.ranNs ?? 0) > 0);
  t.is(await readHostShare(2 ** 30), null);
});
