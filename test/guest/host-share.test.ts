import test from 'ava';
import { readHostShare, shareBetween, starvation } from '../../src/guest/host-share.js';

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

test('who stood in line longer than it ran, for a good part of the time, was starved', (t) => {
  const seconds = (ran: number, waited: number): { ranNs: number; waitedNs: number } => ({
    ranNs: ran * 1e9,
    waitedNs: waited * 1e9,
  });
  t.is(starvation(seconds(40, 160), 240_000), 'this host gave it 20 % of the CPU time that it asked for');
  t.is(starvation(seconds(160, 40), 240_000), null, 'it ran, and came to nothing by itself');
  t.is(starvation(seconds(1, 50), 240_000), null, 'it hardly wanted to run');
  t.is(starvation(seconds(1, 5), 10_000), null, 'that is not long');
});
