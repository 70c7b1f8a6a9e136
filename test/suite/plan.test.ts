import test from 'ava';
import { chooseJobs } from '../../src/suite/jobs.js';

const gib = 1024 ** 3;
const host = (cores: number, free: number, slots = 2 * cores) => ({
  cores,
  slots,
  cost: 1.5 * gib,
  memory: { free: free * gib, total: 256 * gib, bound: "the host's memory" },
});

test('a guest runs on every core and one waits, as far as the memory goes that is free now', (t) => {
  const why = 'one per core and one more, 24.0 GiB free';
  t.deepEqual(chooseJobs(undefined, host(2, 24)), { jobs: 3, why });
  t.is(chooseJobs(undefined, host(64, 250)).jobs, 65);
  t.deepEqual(chooseJobs(undefined, host(64, 12)), { jobs: 8, why: '12.0 GiB free, 1.5 GiB for a guest' });
});

test('a run takes no more than the slots of its host', (t) => {
  const why = 'the slots of this host, 24.0 GiB free';
  t.deepEqual(chooseJobs(undefined, host(4, 24, 2)), { jobs: 2, why });
});

test('however small the host, one guest runs', (t) => {
  t.is(chooseJobs(undefined, host(1, 24, 1)).jobs, 1);
  t.is(chooseJobs(undefined, host(4, 1)).jobs, 1);
  t.is(chooseJobs(undefined, host(4, 0)).jobs, 1);
});

test('who asks for a number of guests gets it: each waits for its memory', (t) => {
  t.deepEqual(chooseJobs(5, host(2, 1)), { jobs: 5, why: 'as asked for' });
});
