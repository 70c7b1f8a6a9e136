import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { readFragments } from '../../src/images/configure.js';
import { listKernels } from '../../src/images/kernels.js';
import { resolveKernel } from '../../src/images/resolve.js';
import { LastrefError } from '../../src/kit/errors.js';
import { scratch } from './support/scratch.js';

test('every kernel of this checkout says what it is for and finds its fragments', async (t) => {
  const kernels = await listKernels();
  t.true(kernels.some((one) => one.name === 'linux-6.12-kasan'));
  for (const kernel of kernels) {
    t.not(kernel.describe, '', kernel.name);
    t.is((await readFragments(kernel)).length, kernel.fragments?.length ?? 0, kernel.name);
    for (const reason of Object.values(kernel.without ?? {})) t.not(reason, '');
  }
});

test('a line that a kernel is `without` is not asked of it', async (t) => {
  const spec = { name: 'x', describe: '', source: { kind: 'tree' as const, path: '/' }, fragments: ['base'] };
  const [all] = await readFragments(spec);
  const [less] = await readFragments({ ...spec, without: { CONFIG_PROC_SYSCTL: 'gone' } });
  t.regex(all?.text ?? '', /^CONFIG_PROC_SYSCTL=y$/m);
  t.notRegex(less?.text ?? '', /CONFIG_PROC_SYSCTL/);
  t.regex(less?.text ?? '', /^CONFIG_SYSCTL=y$/m);
});

test('an unknown kernel is answered with the names most like it', async (t) => {
  const error = await t.throwsAsync(resolveKernel('linux-6.12-kasn'), { instanceOf: LastrefError });
  t.is(error.blame, 'user');
  t.regex(error.message, /there is no kernel 'linux-6\.12-kasn'; did you mean linux-6\.12-kasan/);
  t.regex(error.hint ?? '', /debian-7\.3/);
  await t.throwsAsync(resolveKernel(''), { instanceOf: LastrefError });
});

test('a path is a source tree, a bzImage, or an error that says why it is neither', async (t) => {
  const folder = await scratch();
  await t.throwsAsync(resolveKernel(folder), { message: /is not a kernel source tree: it has no scripts/ });
  await mkdir(path.join(folder, 'scripts/kconfig'), { recursive: true });
  await writeFile(path.join(folder, 'scripts/kconfig/merge_config.sh'), '');
  t.deepEqual((await resolveKernel(folder)).source, { kind: 'tree', path: folder });
  const image = path.join(folder, 'bzImage');
  await writeFile(image, 'too short');
  await t.throwsAsync(resolveKernel(image), { message: /is not a bzImage/ });
  await writeFile(image, Buffer.concat([Buffer.alloc(0x202), Buffer.from('HdrS')]));
  t.deepEqual((await resolveKernel(image)).source, { kind: 'bzimage', path: image });
});

test('git:PATH#REF is the commit it names at that moment', async (t) => {
  const folder = await scratch();
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: folder });
  await git('init', '-q');
  await git('commit', '-q', '--allow-empty', '-m', 'no kernel');
  await t.throwsAsync(resolveKernel(`git:${folder}#HEAD`), {
    message: /^HEAD of .* is not a kernel source tree: it has no scripts\/kconfig\/merge_config\.sh$/,
  });
  await mkdir(path.join(folder, 'scripts/kconfig'), { recursive: true });
  await writeFile(path.join(folder, 'scripts/kconfig/merge_config.sh'), '');
  await git('add', '.');
  await git('commit', '-q', '-m', 'one');
  const commit = (await git('rev-parse', 'HEAD')).stdout;
  t.deepEqual((await resolveKernel(`git:${folder}#HEAD`)).source, { kind: 'git', path: folder, ref: commit });
  await t.throwsAsync(resolveKernel(`git:${folder}#nope`), { message: /could not find the commit nope/ });
  await t.throwsAsync(resolveKernel(`git:${folder}`), { message: /names no commit/ });
});
