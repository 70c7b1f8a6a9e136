import test from 'ava';
import type { Found } from '../../src/suite/discover.js';
import { narrow, sampleCells } from '../../src/suite/narrow.js';

function found(id: string, tags: readonly string[] = [], skip?: string): Found {
  const options = { shape: 's', asks: [], covers: [], tags, ...(skip === undefined ? {} : { skip }) };
  return { id, file: `/x/${id}.js`, scenario: { title: id, options, body: async () => undefined } };
}

const removals = ['unbind', 'remove', 'reset'];
const states = ['dirty', 'pinned', 'forked', 'own'];
const table = removals.flatMap((removal) =>
  states.flatMap((state) =>
    ['rebind', 'away'].map((after) => found(`matrix/${removal}/${state}/${after}`, ['matrix'])),
  ),
);
const ids = (all: readonly Found[]): string[] => all.map(({ id }) => id);

test('a tag keeps what has it, a tag after ! takes away what has it, both together do both', (t) => {
  const all = [
    found('p2pdma/a'),
    found('p2pdma/b', ['nightly']),
    found('p2pdma/c', ['race']),
    found('p2pdma/d', ['race', 'nightly']),
  ];
  t.deepEqual(ids(narrow(all, all, {})), ids(all));
  t.deepEqual(ids(narrow(all, all, { tags: ['nightly'] })), ['p2pdma/b', 'p2pdma/d']);
  t.deepEqual(ids(narrow(all, all, { tags: ['!nightly'] })), ['p2pdma/a', 'p2pdma/c']);
  t.deepEqual(ids(narrow(all, all, { tags: ['race', '!nightly'] })), ['p2pdma/c']);
  t.deepEqual(ids(narrow(all, all, { tags: ['race', 'nightly'] })), ['p2pdma/b', 'p2pdma/c', 'p2pdma/d']);
  t.deepEqual(ids(narrow(all, all.slice(0, 1), { tags: ['nightly'] })), []);
});

test("a tag that nothing has is the user's mistake, and the nearest is told", (t) => {
  const all = [found('p2pdma/b')];
  t.deepEqual(narrow(all, all, { tags: ['!nightly'] }), all);
  for (const tag of ['nihgtly', '!nihgtly'])
    t.throws(() => narrow(all, all, { tags: [tag] }), {
      message: 'no scenario has the tag "nihgtly"; did you mean nightly?',
    });
});

test('a sample leaves alone what was written by hand, and keeps the order of the suites', (t) => {
  const all = [found('p2pdma/a'), ...table, found('p2pdma/z')];
  const left = narrow(all, all, { sample: 5 });
  t.is(left.length, 7);
  t.is(left[0]?.id, 'p2pdma/a');
  t.is(left.at(-1)?.id, 'p2pdma/z');
  t.deepEqual(ids(left), ids(all.filter((one) => left.includes(one))));
});

test('a cell that is not asked takes no place in a sample', (t) => {
  const mute = table.map(({ id }) => found(id, ['matrix'], 'it makes no sense'));
  t.deepEqual(narrow(mute, mute, { sample: 5 }), []);
  t.deepEqual(ids(narrow(mute, mute, {})), ids(mute));
});

test('the same seed samples the same cells, another seed others', (t) => {
  t.deepEqual(ids(sampleCells(table, 8, 3)), ids(sampleCells([...table].reverse(), 8, 3)));
  t.notDeepEqual(ids(sampleCells(table, 8, 3)), ids(sampleCells(table, 8, 4)));
});

test('a small sample has every removal and every state, and none of them much oftener than another', (t) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const words = sampleCells(table, 12, seed).map(({ id }) => id.split('/'));
    const count = (word: string): number => words.filter((own) => own.includes(word)).length;
    for (const removal of removals) t.true(count(removal) >= 3, `seed ${seed}, ${removal}`);
    for (const state of states) t.true(count(state) >= 2, `seed ${seed}, ${state}`);
  }
});

test('a sample larger than the table is the table', (t) => {
  t.is(new Set(sampleCells(table, 1000, 1)).size, table.length);
});
