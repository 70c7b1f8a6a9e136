import test from 'ava';
import { deferred } from '../../src/kit/deferred.js';
import { Turns } from '../../src/kit/turns.js';

test('so many at a time and no more, in the order in which they asked', async (t) => {
  const turns = new Turns(2);
  const gates = [1, 2, 3, 4].map(() => deferred<void>());
  const begun: number[] = [];
  const all = gates.map((gate, index) =>
    turns.take(async () => {
      begun.push(index);
      await gate.promise;
      return index;
    }),
  );
  t.deepEqual(begun, [0, 1]);
  gates[1]?.resolve();
  await all[1];
  t.deepEqual(begun, [0, 1, 2]);
  for (const gate of gates) gate.resolve();
  t.deepEqual(await Promise.all(all), [0, 1, 2, 3]);
});

test('who fails gives the turn on', async (t) => {
  const turns = new Turns(1);
  await t.throwsAsync(
    turns.take(() => Promise.reject(new Error('mine'))),
    { message: 'mine' },
  );
  t.is(await turns.take(async () => 'next'), 'next');
});
