import test from 'ava';
import { Ledger } from '../../src/suite/matchers.js';

test('an expectation that nobody awaited stays open, and is named', async (t) => {
  const ledger = new Ledger();
  ledger.track('the pool', { toBe: async () => undefined });
  t.deepEqual(ledger.open, ['1. expectation, about the pool']);
  t.is(ledger.met, 0);
});

test('an expectation is open until it settles, and counts once it is met', async (t) => {
  const ledger = new Ledger();
  const settled = ledger.track('the pool', { toBe: async () => undefined }).toBe();
  t.is(ledger.open.length, 1);
  await settled;
  t.deepEqual(ledger.open, []);
  t.is(ledger.met, 1);
});

test('an expectation that is not met raises and counts for nothing', async (t) => {
  const ledger = new Ledger();
  const matchers = ledger.track('the pool', { toBe: async () => Promise.reject(new Error('no')) });
  await t.throwsAsync(matchers.toBe(), { message: 'no' });
  t.is(ledger.met, 0);
});

test('what a matcher tells is told on', async (t) => {
  const told = new Ledger().track('a removal', { toBeBlockedIn: async () => 17n });
  t.is(await told.toBeBlockedIn(), 17n);
});
