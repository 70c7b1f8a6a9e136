import test from 'ava';
import type { Round } from '../../src/guest/probe-types-race.js';
import { neverIn } from '../../src/suite/race-round.js';

function round(counts: Readonly<Record<string, number>>): Round {
  return {
    errno: null,
    elapsedMs: 1,
    counts,
    count: (outcome, phase) =>
      Object.entries(counts)
        .filter(([key]) => key.endsWith(`.${outcome}.${phase}`))
        .reduce((sum, [, times]) => sum + times, 0),
  };
}

const broken = (counts: Readonly<Record<string, number>>): string[] =>
  neverIn(round(counts))
    .filter(({ times }) => times > 0)
    .map(({ breaks, times }) => `${breaks} ${times}`);

test('whatever happens before and during a removal is fair, and so are faults and refusals afterwards', (t) => {
  t.deepEqual(
    broken({
      'load.touched.before': 9,
      'load.touched.during': 9,
      'load.faulted.during': 1,
      'churn.mapped.during': 3,
      'churn.gone.over': 64,
      'churn.empty.before': 2,
      'churn.invalid.before': 1,
      'store.faulted.over': 64,
    }),
    [],
  );
});

test('an access or a mapping after the removal breaks its promise, whoever made it', (t) => {
  t.deepEqual(broken({ 'load.touched.over': 2, 'spawn.touched.over': 1 }), ['zap-on-unbind 3']);
  t.deepEqual(broken({ 'churn.mapped.over': 1 }), ['no-new-mappings 1']);
});

test('memory that comes back to life, another signal or another errno is wrong at any time', (t) => {
  t.deepEqual(broken({ 'store.revived.during': 1 }), ['zap-on-unbind 1']);
  t.deepEqual(broken({ 'storm.odd.before': 1 }), ['zap-on-unbind 1']);
  t.deepEqual(broken({ 'churn.refused.over': 4 }), ['refusals-are-exact 4']);
});
