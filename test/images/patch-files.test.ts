import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { parseSeries, patchedPaths, placeInSeries, readPatches } from '../../src/images/patch-files.js';
import { scratch } from './support/scratch.js';

const diff = (file: string): string =>
  `diff --git a/${file} b/${file}\n--- a/${file}\n+++ b/${file}\n@@ -1 +1 @@\n-old\n+new\n`;

test('a series file may hold comments, options and blank lines', (t) => {
  t.deepEqual(parseSeries('# head\n\none.patch\ntwo.patch -p1\n  three.patch # why\n'), [
    'one.patch',
    'two.patch',
    'three.patch',
  ]);
});

test('every file a patch changes, makes, removes or renames is found', (t) => {
  const text = [
    diff('mm/gup.c'),
    '--- a/new/file.c\t2021-10-01\n+++ /dev/null\n',
    'diff --git a/x/old.c b/x/new.c\nrename from x/old.c\nrename to x/new.c\n',
  ].join('');
  t.deepEqual(patchedPaths(text, 'p').sort(), ['mm/gup.c', 'new/file.c', 'x/new.c', 'x/old.c']);
});

test('a removed line that begins with two dashes is not a file', (t) => {
  const text = `${diff('a.sql')}--- a comment\n+++ counter\n`.replace('+++ counter', ' context');
  t.deepEqual(patchedPaths(text, 'p'), ['a.sql']);
});

test('a patch that leaves the source tree is refused', (t) => {
  const error = t.throws(() => patchedPaths(diff('../../etc/passwd'), 'evil.patch'));
  t.regex(error.message, /evil\.patch changes \.\.\/\.\.\/etc\/passwd, which is outside the source tree/);
});

test('the place in a series comes from the subject', (t) => {
  t.is(placeInSeries(' [PATCH v3 07/12] PCI: x'), 7);
  t.is(placeInSeries(' [PATCH] x'), 0);
});

const mail = (place: string, body: string): string =>
  `From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.com>\nDate: Fri, 1 Oct 2021 10:00:00 +0000\nSubject: [PATCH ${place}] title\n\nWhy.\n\n---\n${body}\n-- \n2.30\n\n`;

test('a mailbox gives its patches in the order of the series, without cover and replies', async (t) => {
  const folder = await scratch();
  const box = path.join(folder, 'series.mbox');
  const reply = mail('1/2', '> diff --git a/q b/q').replace('[PATCH 1/2]', 'Re: [PATCH 1/2]');
  await writeFile(
    box,
    mail('0/2', 'cover') + mail('2/2', diff('second.c')) + reply + mail('1/2', diff('first.c')),
  );
  const patches = await readPatches(box, folder);
  t.deepEqual(
    patches.map((one) => patchedPaths(one.text.toString(), one.name)),
    [['first.c'], ['second.c']],
  );
  t.regex(patches[0]?.name ?? '', /^series\.mbox: mail 4$/);
});

test('a folder is read through its series file', async (t) => {
  const folder = await scratch();
  await mkdir(path.join(folder, 'sub'));
  await writeFile(path.join(folder, 'series'), 'sub/b.patch\na.patch\n');
  await writeFile(path.join(folder, 'a.patch'), diff('a.c'));
  await writeFile(path.join(folder, 'sub/b.patch'), diff('b.c'));
  const patches = await readPatches(folder, folder);
  t.deepEqual(
    patches.map((one) => one.name),
    ['b.patch', 'a.patch'],
  );
});

test('what holds no patch is an error that names it', async (t) => {
  const folder = await scratch();
  await writeFile(path.join(folder, 'note.patch'), 'just words\n');
  await t.throwsAsync(readPatches(path.join(folder, 'note.patch'), folder), {
    message: /note\.patch holds no patch/,
  });
  await t.throwsAsync(readPatches(path.join(folder, 'absent'), folder), {
    message: /there is no patch .*absent/,
  });
  await t.throwsAsync(readPatches(folder, folder), { message: /has no file named series/ });
});
