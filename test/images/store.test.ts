import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { cached, hashOf, makeTemporary, removeAbandoned } from '../../src/images/store.js';
import { scratch } from './support/scratch.js';

test.before(async () => {
  process.env['XDG_CACHE_HOME'] = await scratch();
});

const load = (folder: string): Promise<string | undefined> =>
  readFile(path.join(folder, 'value'), 'utf8').catch(() => undefined);

test('a hash does not confuse where one part ends and the next begins', (t) => {
  t.not(hashOf('ab', 'c'), hashOf('a', 'bc'));
  t.is(hashOf('ab', 'c'), hashOf('ab', Buffer.from('c')));
});

test('an entry is made once, however many want it', async (t) => {
  let made = 0;
  const fill = async (folder: string): Promise<void> => {
    made += 1;
    await writeFile(path.join(folder, 'value'), 'v');
  };
  const all = await Promise.all([1, 2, 3].map(() => cached('kernels', 'once', { load, fill })));
  t.deepEqual(all, ['v', 'v', 'v']);
  t.is(made, 1);
});

test('what fails half-way leaves nothing, and the next one who asks gets it whole', async (t) => {
  const failing = async (folder: string): Promise<void> => {
    await writeFile(path.join(folder, 'value'), 'half');
    throw new Error('out of luck');
  };
  await t.throwsAsync(cached('sources', 'half', { load, fill: failing }), { message: 'out of luck' });
  const fill = (folder: string): Promise<void> => writeFile(path.join(folder, 'value'), 'whole');
  t.is(await cached('sources', 'half', { load, fill }), 'whole');
});

test('a full disk is said in a sentence that blames the host', async (t) => {
  const fill = async (): Promise<void> => {
    throw Object.assign(new Error('write'), { code: 'ENOSPC' });
  };
  const error = await t.throwsAsync(cached('rootfs', 'full', { load, fill }));
  t.regex(error.message, /no room left on the disk/);
});

test('a damaged entry is made again', async (t) => {
  const folder = path.join(process.env['XDG_CACHE_HOME'] ?? '', 'lastref/rootfs/damaged');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'rubbish'), '');
  const fill = (into: string): Promise<void> => writeFile(path.join(into, 'value'), 'good');
  t.is(await cached('rootfs', 'damaged', { load, fill }), 'good');
});

test('leftovers of dead processes go, those of the living and everything else stay', async (t) => {
  const parent = await scratch();
  const mine = path.basename(await makeTemporary(parent));
  const reused = mine.replace(/-\d+-[0-9a-f]+$/, '-1-00000000'); // our pid, another process's start
  for (const name of ['.new-4194999-77-00000000', reused, 'entry']) await mkdir(path.join(parent, name));
  await removeAbandoned(parent);
  t.deepEqual((await readdir(parent)).sort(), [mine, 'entry'].sort());
});
