import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {
  cacheEntryOf,
  holdLock,
  holdShared,
  isLocked,
  makeLock,
  useLock,
} from '../../src/artifacts/in-use.js';
import { chooseForRemoval, type Kept, listCache, listRuns } from '../../src/artifacts/kept.js';
import { createRun } from '../../src/artifacts/store.js';
import { samplePlan, scratch } from './support/sample-run.js';

const kept = (name: string, usedAt: number, bytes: number, inUse = false): Kept => ({
  what: 'cache',
  name,
  paths: [],
  locks: [],
  bytes,
  usedAt,
  inUse,
});
const names = (list: readonly Kept[]): string[] => list.map(({ name }) => name);

test('what is older than the limit goes, what is in use stays', (t) => {
  const list = [kept('old', 100, 1), kept('used', 50, 1, true), kept('new', 900, 1)];
  t.deepEqual(names(chooseForRemoval(list, { olderThanMs: 500, keepBytes: null, now: 1000 })), ['old']);
});

test('the oldest go first until what is left fits', (t) => {
  const list = [kept('c', 3, 10), kept('a', 1, 10), kept('b', 2, 10)];
  t.deepEqual(names(chooseForRemoval(list, { olderThanMs: null, keepBytes: 20, now: 9 })), ['a']);
  t.deepEqual(names(chooseForRemoval(list, { olderThanMs: null, keepBytes: 30, now: 9 })), []);
  t.deepEqual(names(chooseForRemoval(list, { olderThanMs: null, keepBytes: 0, now: 9 })), ['a', 'b', 'c']);
});

test('what is in use counts towards the size, so that others go in its place', (t) => {
  const list = [kept('used', 1, 100, true), kept('a', 2, 10), kept('b', 3, 10)];
  t.deepEqual(names(chooseForRemoval(list, { olderThanMs: null, keepBytes: 110, now: 9 })), ['a']);
});

test('a run that goes on is in use; one that ended is not', async (t) => {
  const runs = await scratch(t);
  const [going, ended] = [samplePlan(runs), samplePlan(runs)];
  const open = await createRun(going);
  t.teardown(open.release);
  await (await createRun(ended)).release();
  await mkdir(path.join(runs, 'notes of mine'));
  const list = await listRuns(runs);
  t.deepEqual(
    list.map(({ name, inUse }) => [name, inUse]).sort(),
    [
      [going.id, true],
      [ended.id, false],
    ].sort(),
  );
  t.true(list.every(({ bytes }) => bytes > 0));
});

test('a cache entry that is being made, or that a run boots from, is in use; folders that stay are not listed', async (t) => {
  const cache = await scratch(t);
  for (const folder of [
    'kernels/k1',
    'kernels/k2',
    'kernels/.new-1',
    'rootfs/r1',
    'locks',
    'pins',
    'trees/t1',
  ]) {
    await mkdir(path.join(cache, folder), { recursive: true });
  }
  await writeFile(path.join(cache, 'pins/x.json'), '');
  const releases = [
    await holdLock(makeLock({ kind: 'kernels', key: 'k1' }, cache)),
    await holdShared([useLock({ kind: 'rootfs', key: 'r1' }, cache)]),
    await holdShared([useLock({ kind: 'rootfs', key: 'r1' }, cache)]),
    await holdLock(path.join(cache, 'locks/tree-t1.lock')),
  ];
  t.teardown(() => Promise.all(releases.map((release) => release())));
  const list = (await listCache(cache)).map(({ name, inUse }) => [name, inUse]);
  t.deepEqual(list.sort(), [
    ['kernels/k1', true],
    ['kernels/k2', false],
    ['rootfs/r1', true],
    ['trees/t1', true],
  ]);
});

test('the least recently used comes first', async (t) => {
  const cache = await scratch(t);
  for (const [key, time] of [
    ['b', 2],
    ['a', 1],
    ['c', 3],
  ] as const) {
    await mkdir(path.join(cache, 'kernels', key), { recursive: true });
    await utimes(path.join(cache, 'kernels', key), time, time);
  }
  t.deepEqual(names(await listCache(cache)), ['kernels/a', 'kernels/b', 'kernels/c']);
});

test('a shared hold is seen by who wants it alone, and not by who would share it', async (t) => {
  const file = path.join(await scratch(t), 'lock');
  const release = await holdShared([file]);
  t.true(await isLocked(file, 'exclusive'));
  t.false(await isLocked(file, 'shared'));
  await release();
  t.false(await isLocked(file, 'exclusive'));
});

test('only files inside an entry belong to the cache', (t) => {
  t.deepEqual(cacheEntryOf('/c/kernels/k/bzImage', '/c'), { kind: 'kernels', key: 'k' });
  for (const file of ['/elsewhere/bzImage', '/c/kernels/k', '/c/x', '/c2/kernels/k/bzImage']) {
    t.is(cacheEntryOf(file, '/c'), null, file);
  }
});

test('build trees that had to be put outside the cache are listed with it', async (t) => {
  const base = await scratch(t);
  await mkdir(path.join(base, 'elsewhere', 'tree1'), { recursive: true });
  const release = await holdLock(path.join(base, 'cache', 'locks', 'tree-tree1.lock'));
  t.teardown(release);
  const [tree] = await listCache(path.join(base, 'cache'), { trees: path.join(base, 'elsewhere') });
  t.like(tree, { name: 'trees/tree1', paths: [path.join(base, 'elsewhere', 'tree1')], inUse: true });
});
