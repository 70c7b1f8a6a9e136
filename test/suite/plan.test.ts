import test from 'ava';
import { defaultJobs } from '../../src/suite/plan.js';

const gib = 1024 ** 3;

test('a guest runs on every core, as far as the memory goes', (t) => {
  t.is(defaultJobs(2, 24 * gib), 2);
  t.is(defaultJobs(64, 256 * gib), 64);
  t.is(defaultJobs(64, 16 * gib), 8);
});

test('however small the host, one guest runs', (t) => {
  t.is(defaultJobs(1, 24 * gib), 1);
  t.is(defaultJobs(4, gib), 1);
  t.is(defaultJobs(0, 0), 1);
});

test('this host runs at least one', (t) => {
  t.true(Number.isInteger(defaultJobs()) && defaultJobs() >= 1);
});
