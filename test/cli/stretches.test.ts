import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { findChange, listMutants, listStretches } from '../../src/cli/mutants.js';
import { readMutant } from '../../src/images/mutant.js';

const stretches = await listStretches();

test('a stretch goes by its name or as a file, and is no mutant', async (t) => {
  t.true(stretches.length >= 5);
  const mutants = (await listMutants()).map(({ name }) => name);
  for (const { name, file } of stretches) {
    t.is(await findChange({ stretch: name }), file);
    t.is(await findChange({ stretch: file }), file);
    t.false(mutants.includes(name), name);
  }
  t.is(await findChange({}), undefined);
});

test("a stretch that nobody knows, or one beside a mutant, is the user's mistake", async (t) => {
  const [one] = stretches.map(({ name }) => name);
  await t.throwsAsync(findChange({ stretch: `${one}x` }), { message: /did you mean/ });
  await t.throwsAsync(findChange({ stretch: one, mutant: 'zap-skipped' }), { message: /not both/ });
});

test('a stretch says what it does, and does nothing but wait', async (t) => {
  for (const { file } of stretches) {
    const { describe, breaks, files, text } = await readMutant(file);
    const name = path.basename(file);
    t.regex(describe, /.{20,}/, name);
    t.deepEqual(breaks, [], name);
    t.true(files.length > 0, name);
    const added = text.match(/^\+.*$/gm) ?? [];
    t.true(added.length >= 2, name);
    for (const line of added)
      t.regex(
        line,
        /#include <linux\/delay\.h>|^\+\s+(?:if \(.*\) )?(?:msleep|mdelay|udelay)\(\d+\);$/,
        name,
      );
    t.notRegex(text, /^-/m, name);
    t.is(await readFile(file, 'utf8'), text);
  }
});
