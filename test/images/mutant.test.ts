import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { listMutants, readMutant } from '../../src/images/mutant.js';
import { promises } from '../../src/suite/promises.js';
import { scratch } from './support/scratch.js';

async function mutant(name: string, text: string): Promise<string> {
  const file = path.join(await scratch(), name);
  await writeFile(file, text);
  return file;
}

test('the header says what a mutant is, breaks and changes', async (t) => {
  const file = await mutant(
    'm.cocci',
    '// describe: two words\n// breaks: one, two\n// files: a/b.c c.c\n@@ @@\n- x();\n',
  );
  const { name, describe, breaks, files } = await readMutant(file);
  t.deepEqual(
    { name, describe, breaks, files },
    { name: 'm', describe: 'two words', breaks: ['one', 'two'], files: ['a/b.c', 'c.c'] },
  );
});

test('a mutant that is none is so on every kernel, or before a release, or from one on', async (t) => {
  const file = '// files: a/b.c\n@@ @@\n- x();\n';
  const always = await readMutant(await mutant('a.cocci', `// equivalent: there are none\n${file}`));
  t.deepEqual([always.equivalent, always.equivalentBefore], ['there are none', null]);
  const once = await readMutant(await mutant('b.cocci', `// equivalent before 6.17: each alone\n${file}`));
  t.deepEqual([once.equivalent, once.equivalentBefore], ['each alone', '6.17']);
  const never = await readMutant(await mutant('c.cocci', file));
  t.deepEqual([never.equivalent, never.equivalentBefore], [null, null]);
  const both = `// equivalent before 6.17: x\n// equivalent from 7.0: y\n${file}`;
  await t.throwsAsync(readMutant(await mutant('e.cocci', both)), { message: /name one of them/ });
  const later = await readMutant(
    await mutant('d.cocci', `// equivalent from 6.17: nobody calls it\n${file}`),
  );
  t.deepEqual(
    [later.equivalent, later.equivalentBefore, later.equivalentFrom],
    ['nobody calls it', null, '6.17'],
  );
});

test('a semantic patch that names no files, or files elsewhere, is refused', async (t) => {
  await t.throwsAsync(readMutant(await mutant('m.cocci', '@@ @@\n- x();\n')), {
    message: /does not say which files/,
  });
  await t.throwsAsync(readMutant(await mutant('m.cocci', '// files: ../x.c\n')), {
    message: /outside the source tree/,
  });
  await t.throwsAsync(readMutant(await mutant('m.txt', '')), { message: /expected a \.cocci or \.patch/ });
  await t.throwsAsync(readMutant('/nowhere/m.cocci'), { message: /there is no mutant/ });
});

test('files may be named in any comment, as a path of the kernel', async (t) => {
  const text =
    '// in drivers/pci/p2pdma.c and mm/gup.c: see drivers/pci/p2pdma.c, 3/4 of e.g. x.c\n@@ @@\n- a/b.c();\n';
  t.deepEqual((await readMutant(await mutant('m.cocci', text))).files, ['drivers/pci/p2pdma.c', 'mm/gup.c']);
  t.deepEqual((await readMutant(await mutant('n.cocci', '// file: mm/gup.c\n/* fs/x.c */\n'))).files, [
    'mm/gup.c',
  ]);
});

test('every mutant of this checkout says what it is and breaks promises that exist', async (t) => {
  const mutants = await listMutants();
  t.true(mutants.length >= 2);
  for (const one of mutants) {
    t.not(one.describe, '', one.name);
    t.true(one.breaks.length > 0, one.name);
    for (const promise of one.breaks) t.true(promise in promises, `${one.name} breaks ${promise}`);
  }
});
