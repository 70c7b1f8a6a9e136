import test from 'ava';
import { hash32, Random } from '../../src/kit/random.js';

const drawn = (seed: number, name?: string): number[] => {
  const random = new Random(seed, name);
  return Array.from({ length: 20 }, () => random.below(1000));
};

test('the same seed and name give the same numbers, any other pair gives others', (t) => {
  t.deepEqual(drawn(7, 'a'), drawn(7, 'a'));
  t.notDeepEqual(drawn(7, 'a'), drawn(8, 'a'));
  t.notDeepEqual(drawn(7, 'a'), drawn(7, 'b'));
  t.deepEqual(
    drawn(1, 'p2pdma/x').slice(0, 3),
    [new Random(1, 'p2pdma/x')].flatMap((r) => [r.below(1000), r.below(1000), r.below(1000)]),
  );
});

test('every number below the bound comes about as often as any other, and no number beyond it', (t) => {
  const random = new Random(1);
  const counts = new Array<number>(8).fill(0);
  for (let round = 0; round < 8000; round += 1) {
    const value = random.below(8);
    t.true(Number.isInteger(value) && value >= 0 && value < 8);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  for (const count of counts) t.true(count > 850 && count < 1150, String(counts));
});

test('one of a list is one of the list', (t) => {
  const random = new Random(5);
  const seen = new Set(Array.from({ length: 50 }, () => random.pick(['a', 'b', 'c'])));
  t.deepEqual([...seen].sort(), ['a', 'b', 'c']);
});

test('texts that differ in one letter have hashes that are far apart', (t) => {
  t.not(hash32('1 a'), hash32('1 b'));
  t.true(Math.abs(hash32('1 a') - hash32('1 b')) > 1000);
});
