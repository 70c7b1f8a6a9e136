import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { applyMutant, type Target } from '../../src/images/apply.js';
import { Journal } from '../../src/images/journal.js';
import { readMutant } from '../../src/images/mutant.js';
import { scratch } from './support/scratch.js';

const source = 'static void f(void)\n\t__context_unsafe(/* a reason */)\n{\n\tput(a);\n\tget(a);\n}\n';

async function tree(): Promise<Target> {
  const folder = await scratch();
  const src = path.join(folder, 'src');
  await mkdir(src);
  await writeFile(path.join(src, 'here.c'), source);
  return { src, journal: new Journal(folder, src), logs: folder };
}

async function mutant(name: string, text: string): Promise<Awaited<ReturnType<typeof readMutant>>> {
  const file = path.join(await scratch(), `${name}.cocci`);
  await writeFile(file, text);
  return readMutant(file);
}

const rule = '@@\nexpression e;\n@@\n- put(e);\n';

test('a mutant that names a file this kernel lacks is applied where it can be, and taken back exactly', async (t) => {
  const target = await tree();
  await applyMutant(await mutant('m', `// files: gone.c, here.c\n${rule}`), target);
  const here = path.join(target.src, 'here.c');
  t.notRegex(await readFile(here, 'utf8'), /put\(a\)/);
  await target.journal.restore();
  t.is(await readFile(here, 'utf8'), source);
});

test('a mutant that changes nothing says what it looked at and what is not there', async (t) => {
  const target = await tree();
  const rest = '@@\nexpression e;\n@@\n- no_such_function(e);\n';
  await t.throwsAsync(applyMutant(await mutant('m', `// files: gone.c, here.c\n${rest}`), target), {
    message: /does not apply: nothing in here\.c matches it, and this kernel has no gone\.c/,
  });
});

test('a semantic patch that cannot be read is told so, with what spatch said', async (t) => {
  const target = await tree();
  await t.throwsAsync(applyMutant(await mutant('m', '// files: here.c\n@@\n@@\n- put(\n'), target), {
    message: /is not a semantic patch\n/,
  });
});
