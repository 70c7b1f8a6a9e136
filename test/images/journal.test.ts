import { chmod, link, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { Journal, replaceFile } from '../../src/images/journal.js';
import { scratch } from './support/scratch.js';

async function makeTree(): Promise<{ tree: string; src: string; pristine: string }> {
  const tree = await scratch();
  const src = path.join(tree, 'src');
  const pristine = path.join(tree, 'pristine.c');
  await mkdir(src);
  await writeFile(pristine, 'as it was\n');
  await chmod(pristine, 0o755);
  await link(pristine, path.join(src, 'file.c'));
  return { tree, src, pristine };
}

test('replacing a file leaves the pristine copy it was linked to alone', async (t) => {
  const { tree, src, pristine } = await makeTree();
  await writeFile(path.join(tree, 'other'), 'changed\n');
  await replaceFile(path.join(tree, 'other'), path.join(src, 'file.c'), 0o644);
  t.is(await readFile(pristine, 'utf8'), 'as it was\n');
  t.is(await readFile(path.join(src, 'file.c'), 'utf8'), 'changed\n');
});

test('after a crash in the middle, a new journal puts content and mode back and removes what was made', async (t) => {
  const { tree, src } = await makeTree();
  const dead = new Journal(tree, src);
  await dead.keep(['file.c', 'made/new.c']);
  await writeFile(path.join(tree, 'other'), 'changed\n');
  await replaceFile(path.join(tree, 'other'), path.join(src, 'file.c'), 0o600);
  await replaceFile(path.join(tree, 'other'), path.join(src, 'made/new.c'), 0o600);
  await dead.keep(['file.c', 'late.c']);
  await new Journal(tree, src).restore();
  t.is(await readFile(path.join(src, 'file.c'), 'utf8'), 'as it was\n');
  t.is((await stat(path.join(src, 'file.c'))).mode & 0o777, 0o755);
  await t.throwsAsync(stat(path.join(src, 'made/new.c')), { code: 'ENOENT' });
});

test('a restored file is newer than objects made from the changed one', async (t) => {
  const { tree, src } = await makeTree();
  const journal = new Journal(tree, src);
  await journal.keep(['file.c']);
  await writeFile(path.join(tree, 'object'), '');
  const object = await stat(path.join(tree, 'object'));
  await journal.restore();
  t.true((await stat(path.join(src, 'file.c'))).mtimeMs >= Math.floor(object.mtimeMs));
});

test('restoring twice, or with nothing to restore, changes nothing', async (t) => {
  const { tree, src } = await makeTree();
  const journal = new Journal(tree, src);
  await journal.restore();
  await journal.keep(['file.c']);
  await journal.restore();
  await writeFile(path.join(src, 'file.c'), 'edited later\n');
  await journal.restore();
  t.is(await readFile(path.join(src, 'file.c'), 'utf8'), 'edited later\n');
});
