import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { buildDebugKernel, buildKernel } from '../../src/images/build.js';
import { findDebugImage } from '../../src/images/debug-variant.js';
import { LastrefError } from '../../src/kit/errors.js';
import { type FakeKernel, makeFakeKernel } from './support/fake-kernel.js';
import { scratch } from './support/scratch.js';

let fake: FakeKernel;
test.before(async () => {
  fake = await makeFakeKernel();
});

test.serial(
  'the debug variant is built beside the plain kernel, with its vmlinux, and found by its key',
  async (t) => {
    const plain = await buildKernel(fake.spec);
    t.is(plain.vmlinux, null);
    t.is(await findDebugImage(plain), null, 'nothing is built by looking');
    await fake.compiled();
    const debug = await buildKernel(fake.spec, { debug: 'lines' });
    t.deepEqual(await fake.compiled(), ['a.c', 'b.c'], 'in a tree of its own');
    t.not(debug.key, plain.key);
    t.regex(await readFile(debug.vmlinux ?? '', 'utf8'), /CONFIG_DEBUG_INFO_REDUCED=y/);
    t.is((await findDebugImage(plain))?.vmlinux, debug.vmlinux);
    t.is((await buildKernel(fake.spec)).key, plain.key, 'the plain kernel stays what it was');
    t.deepEqual(await fake.compiled(), []);
  },
);

test.serial('the variant with types is preferred: it can do what the other can', async (t) => {
  const types = await buildKernel(fake.spec, { debug: 'types' });
  t.regex(await readFile(types.vmlinux ?? '', 'utf8'), /CONFIG_DEBUG_INFO_REDUCED=n/);
  t.is((await findDebugImage(await buildKernel(fake.spec)))?.key, types.key);
});

test.serial('a mutant gets the variant that its kernel has: its tree is there', async (t) => {
  const mutant = path.join(await scratch(), 'm.cocci');
  await writeFile(mutant, '// files: a.c\n');
  const plain = await buildDebugKernel(fake.spec);
  await fake.compiled();
  const debug = await buildDebugKernel(fake.spec, { mutant });
  t.not(debug.key, plain.key);
  t.regex(await readFile(debug.vmlinux ?? '', 'utf8'), /CONFIG_DEBUG_INFO_REDUCED=n/);
  t.is((await buildDebugKernel(fake.spec, { mutant })).key, debug.key);
});

test.serial('a ready-made kernel has no debug variant, and says what to do instead', async (t) => {
  const spec = { ...fake.spec, source: { kind: 'bzimage', path: '/nowhere' } } as const;
  const error = await t.throwsAsync<LastrefError>(buildKernel(spec, { debug: 'lines' }), {
    instanceOf: LastrefError,
  });
  t.regex(error?.message ?? '', /a debug variant needs its source/);
  t.regex(error?.hint ?? '', /--vmlinux/);
});
