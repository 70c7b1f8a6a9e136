import test from 'ava';
import type { Found } from '../../src/suite/discover.js';
import { homesOf, likeliestFirst } from '../../src/suite/likely.js';

const found = (id: string): Found => ({
  id,
  file: '',
  scenario: { title: '', options: { shape: 's', asks: [], covers: [] }, body: async () => undefined },
});
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(found) as [Found, Found, Found, Found];
const ids = (scenarios: readonly Found[]): string => scenarios.map(({ id }) => id).join('');

test('what sees most of the known mutants of the same files comes first', (t) => {
  const known = [
    { name: '1', files: ['x.c'], seenBy: ['c'] },
    { name: '2', files: ['x.c', 'y.c'], seenBy: ['c', 'b'] },
    { name: '3', files: ['y.c'], seenBy: ['d'] },
  ];
  t.is(ids(likeliestFirst([a, b, c, d], ['x.c'], known)), 'cbda');
  t.is(ids(likeliestFirst([a, b, c, d], ['y.c'], known)), 'bdca');
});

test('a scenario that sees what those before it do not see goes before one that sees the same again', (t) => {
  const known = [
    { name: '1', files: ['x.c'], seenBy: ['a', 'b'] },
    { name: '2', files: ['x.c'], seenBy: ['a', 'b'] },
    { name: '3', files: ['x.c'], seenBy: ['d'] },
  ];
  t.is(ids(likeliestFirst([a, b, c, d], ['x.c'], known)), 'adbc');
});

test('without known mutants, and for what they do not name, the order stays', (t) => {
  t.is(ids(likeliestFirst([d, a, c], ['x.c'], [])), 'dac');
  t.is(ids(likeliestFirst([a, b], [], [{ name: '1', files: ['x.c'], seenBy: ['b', 'gone'] }])), 'ba');
});

test('files that a quick run barely goes through have scenarios of their own', (t) => {
  t.deepEqual(homesOf(['drivers/iommu/dma-iommu.c', 'fs/kernfs/file.c']), ['iommu', 'sysfs']);
  t.deepEqual(homesOf(['drivers/pci/p2pdma.c']), []);
});
