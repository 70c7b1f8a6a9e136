import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { buildKernel } from '../../src/images/build.js';
import type { BuildProgress } from '../../src/images/progress.js';
import { takeSnapshot } from '../../src/images/snapshot.js';
import { LastrefError } from '../../src/kit/errors.js';
import { cacheRoot } from '../../src/kit/paths.js';
import { type FakeKernel, makeFakeKernel } from './support/fake-kernel.js';

// The tests share $PATH and the cache of one fake kernel and follow each other, as a developer's builds do.
let fake: FakeKernel;
test.before(async () => {
  fake = await makeFakeKernel();
});

const mutantOf = async (text: string, name = 'm.cocci'): Promise<string> => {
  const file = path.join(fake.root, name);
  await writeFile(file, text);
  return file;
};
const trees = (): Promise<string[]> => readdir(path.join(cacheRoot(), 'trees'));

async function edit(file: string, text: string): Promise<void> {
  await writeFile(path.join(fake.src, file), text);
  const soon = new Date(Date.now() + 1000); // an edit in the same tick as the build would not be seen
  await utimes(path.join(fake.src, file), soon, soon);
}

test.serial('a tree is built without a trace of the build in it', async (t) => {
  const before = await takeSnapshot(fake.src);
  const { mtimeMs } = await stat(fake.src);
  const seen: BuildProgress[] = [];
  const image = await buildKernel(fake.spec, { onProgress: (progress) => seen.push(progress) });
  t.deepEqual(await fake.compiled(), ['a.c', 'b.c']);
  t.deepEqual(await takeSnapshot(fake.src), before);
  t.is((await stat(fake.src)).mtimeMs, mtimeMs, 'no file was there for a moment either');
  t.is(image.release, '1.2.3-fake');
  t.regex(await readFile(image.bzImage, 'utf8'), /return 0/);
  t.is(image.provenance['compiler'], 'fakecc 1.0');
  t.is(seen.findLast((one) => one.phase === 'compile')?.done, 2);
});

test.serial('the same tree again comes from the cache and starts no compiler', async (t) => {
  const first = await buildKernel(fake.spec);
  const again = await buildKernel(fake.spec);
  t.is(again.bzImage, first.bzImage);
  t.deepEqual(await fake.compiled(), []);
});

test.serial('an edit compiles what was edited, once', async (t) => {
  const before = await buildKernel(fake.spec);
  await edit('b.c', 'int b(void)\n{\n\treturn 3;\n}\n');
  const after = await buildKernel(fake.spec);
  t.not(after.key, before.key);
  t.deepEqual(await fake.compiled(), ['b.c']);
  t.regex(await readFile(after.bzImage, 'utf8'), /return 3/);
});

test.serial('a mutant is built in a private copy and leaves the tree as it was', async (t) => {
  const before = await takeSnapshot(fake.src);
  const image = await buildKernel(fake.spec, { mutant: await mutantOf('// files: a.c\n') });
  t.regex(await readFile(image.bzImage, 'utf8'), /return 1/);
  t.is(image.provenance['mutant'], 'm');
  t.deepEqual(await takeSnapshot(fake.src), before);
  t.is((await trees()).length, 2);
  await fake.compiled();
});

test.serial(
  'the next mutant compiles the file it changes and the one the last mutant had changed',
  async (t) => {
    const patch = [
      'diff --git a/b.c b/b.c',
      '--- a/b.c',
      '+++ b/b.c',
      '@@ -1,4 +1,4 @@',
      ' int b(void)',
      ' {',
      '-\treturn 3;',
      '+\treturn 4;',
      ' }',
      '',
    ].join('\n');
    const image = await buildKernel(fake.spec, { mutant: await mutantOf(patch, 'p.patch') });
    t.deepEqual(await fake.compiled(), ['a.c', 'b.c']);
    const text = await readFile(image.bzImage, 'utf8');
    t.regex(text, /return 0/);
    t.regex(text, /return 4/);
  },
);

test.serial('a mutant that matches nothing is the user’s to mend, and changes nothing', async (t) => {
  const error = await t.throwsAsync(buildKernel(fake.spec, { mutant: await mutantOf('// files: b.c\n') }), {
    instanceOf: LastrefError,
  });
  t.is(error.blame, 'user');
  t.is(error.exitCode, 125);
  t.regex(error.message, /the mutant m does not apply: nothing in b\.c matches it/);
});

test.serial('a patch that does not fit is named and leaves its rejects as evidence', async (t) => {
  const patch = '--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,2 @@\n int nothing(void)\n-like\n+this\n';
  const error = await t.throwsAsync(buildKernel(fake.spec, { mutant: await mutantOf(patch, 'late.patch') }), {
    instanceOf: LastrefError,
  });
  t.regex(error.message, /^late\.patch does not apply/);
  t.true((await readdir(error.evidence ?? '')).includes('a.c.rej'));
  const copies = await Promise.all(
    (await trees()).map((tree) => readdir(path.join(cacheRoot(), 'trees', tree, 'src')).catch(() => [])),
  );
  t.false(copies.flat().some((name) => name.endsWith('.rej')));
});

test.serial('what the compiler says first is in the error, the rest is in the log', async (t) => {
  const good = await readFile(path.join(fake.src, 'a.c'), 'utf8');
  await edit('a.c', '#error\n');
  const error = await t.throwsAsync(buildKernel(fake.spec), { instanceOf: LastrefError });
  t.is(error.blame, 'user');
  t.is(error.exitCode, 125);
  t.regex(error.message, /fake does not compile\na\.c:1:2: error: #error says no/);
  t.regex(await readFile(error.evidence ?? '', 'utf8'), /\*\*\*/);
  await edit('a.c', good);
  t.regex(await readFile((await buildKernel(fake.spec)).bzImage, 'utf8'), /return 0/);
  await fake.compiled();
});

test.serial('a line that does not stick is named with what it depends on', async (t) => {
  const spec = { ...fake.spec, fragments: ['kasan'] };
  await edit('scripts/kconfig/merge_config.sh', '#!/bin/sh\necho CONFIG_SLUB_TINY=y >"$3/.config"\n');
  await edit('Kconfig', 'config KASAN\n\tbool\n\tdepends on !SLUB_TINY\n');
  const error = await t.throwsAsync(buildKernel(spec), { instanceOf: LastrefError });
  t.is(error.blame, 'user');
  t.regex(
    error.message,
    /CONFIG_KASAN=y did not stick \(it is n\): Kconfig: depends on !SLUB_TINY \(SLUB_TINY=y\)/,
  );
});

test.serial('a series is applied in order, and a mutant on top of it compiles one file', async (t) => {
  const base = await makeFakeKernel('series');
  const series = path.join(base.root, 'patches');
  const hunk = (from: string, to: string): string =>
    `--- a/b.c\n+++ b/b.c\n@@ -1,4 +1,4 @@\n int b(void)\n {\n-\treturn ${from};\n+\treturn ${to};\n }\n`;
  await mkdir(series);
  await writeFile(path.join(series, 'series'), '# two steps\nz-first.patch\na-second.patch\n');
  await writeFile(path.join(series, 'z-first.patch'), hunk('2', '20'));
  await writeFile(path.join(series, 'a-second.patch'), hunk('20', '200'));
  const spec = { ...base.spec, patches: [series] };
  const patched = await buildKernel(spec);
  t.regex(await readFile(patched.bzImage, 'utf8'), /return 200/);
  t.is(patched.provenance['patches'], 'z-first.patch, a-second.patch');
  await base.compiled();
  const bug = path.join(base.root, 'bug.cocci');
  await writeFile(bug, '// files: a.c\n');
  const mutated = await buildKernel(spec, { mutant: bug });
  t.deepEqual(await base.compiled(), ['a.c']);
  t.regex(await readFile(mutated.bzImage, 'utf8'), /return 1;[\s\S]*return 200/);
  await writeFile(path.join(series, 'a-second.patch'), hunk('7', '200'));
  const error = await t.throwsAsync(buildKernel(spec), { instanceOf: LastrefError });
  t.regex(error.message, /^a-second\.patch does not apply\nerror: /);
});

test.serial('of two builds of the same kernel at once, one builds and the other waits for it', async (t) => {
  const other = await makeFakeKernel('other');
  const [one, two] = await Promise.all([buildKernel(other.spec), buildKernel(other.spec)]);
  t.is(one.bzImage, two.bzImage);
  t.deepEqual(await other.compiled(), ['a.c', 'b.c']);
});

test.serial('a tree whose path make cannot take, or that was built in, is copied', async (t) => {
  const spaced = await makeFakeKernel('my linux: tree');
  t.is((await buildKernel(spaced.spec)).release, '1.2.3-fake');
  const used = await makeFakeKernel('used');
  await writeFile(path.join(used.src, '.config'), 'CONFIG_OLD=y\n');
  await writeFile(path.join(used.src, 'a.o'), 'stale\n');
  t.is((await buildKernel(used.spec)).release, '1.2.3-fake');
  t.deepEqual(await used.compiled(), ['a.c', 'b.c']);
});

test.serial('a commit of a repository is built without touching its work tree or index', async (t) => {
  const repo = await makeFakeKernel('repo');
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: repo.src });
  await git('init', '-q');
  await git('add', '-A');
  await git('commit', '-qm', 'one');
  const first = (await git('rev-parse', 'HEAD')).stdout;
  await writeFile(path.join(repo.src, 'b.c'), 'int b(void) { return 7; }\n');
  await git('commit', '-qam', 'two');
  await writeFile(path.join(repo.src, 'a.c'), '#error not committed\n');
  const spec = (ref: string) => ({ ...repo.spec, source: { kind: 'git' as const, path: repo.src, ref } });
  const [two, one] = [await buildKernel(spec('HEAD')), await buildKernel(spec(first))];
  t.deepEqual(await repo.compiled(), ['a.c', 'b.c', 'b.c']);
  t.regex(await readFile(two.bzImage, 'utf8'), /return 7/);
  t.regex(await readFile(one.bzImage, 'utf8'), /return 2/);
  t.is((await git('status', '--porcelain')).stdout, ' M a.c');
});

test.serial('a build that is killed leaves no process, no change and no half-written object', async (t) => {
  const slow = await makeFakeKernel('slow');
  const bug = path.join(slow.root, 'bug.cocci');
  const harmless = path.join(slow.root, 'harmless.patch');
  await writeFile(bug, '// files: a.c\n');
  await writeFile(
    harmless,
    'diff --git a/new.h b/new.h\nnew file mode 100644\n--- /dev/null\n+++ b/new.h\n@@ -0,0 +1 @@\n+int x;\n',
  );
  await slow.dawdle(true);
  const helper = path.join(import.meta.dirname, 'support/build-once.js');
  const child = execa(process.execPath, [helper, slow.src, bug], { reject: false });
  await slow.untilCompiling('b.c');
  child.kill('SIGKILL');
  await child;
  await slow.dawdle(false);
  const image = await buildKernel(slow.spec, { mutant: harmless });
  const text = await readFile(image.bzImage, 'utf8');
  t.regex(text, /return 0/, 'the mutation is undone');
  t.regex(text, /return 2/, 'the object that was being written is made again');
  const left = await execa('pgrep', ['-f', path.join(slow.root, 'bin/fakecc')], { reject: false });
  t.is(left.stdout, '');
  const entries = await readdir(path.join(cacheRoot(), 'kernels'));
  t.false(entries.some((name) => name.startsWith('.new-')));
});

test.serial('an aborted build ends with the reason it was given', async (t) => {
  const slow = await makeFakeKernel('aborted');
  await slow.dawdle(true);
  const stop = new AbortController();
  const reason = new Error('enough');
  const build = buildKernel(slow.spec, { signal: stop.signal });
  void slow.untilCompiling('b.c').then(() => stop.abort(reason));
  t.is(await t.throwsAsync(build), reason);
});

test.serial('a ready image is used as it is and takes no mutant', async (t) => {
  const folder = path.join(fake.root, 'ready');
  await mkdir(folder);
  const bytes = Buffer.alloc(0x1000);
  bytes.write('HdrS', 0x202);
  bytes.writeUInt16LE(0x400, 0x20e);
  bytes.write('6.9.1-mine (me@here) #1 SMP', 0x600);
  await writeFile(path.join(folder, 'bzImage'), bytes);
  const spec = {
    name: 'ready',
    describe: '',
    source: { kind: 'bzimage' as const, path: path.join(folder, 'bzImage') },
  };
  t.is((await buildKernel(spec)).release, '6.9.1-mine');
  t.is((await stat((await buildKernel(spec)).bzImage)).size, 0x1000);
  const error = await t.throwsAsync(buildKernel(spec, { mutant: 'x.cocci' }), { instanceOf: LastrefError });
  t.regex(error.message, /ready is a ready-made kernel: a mutant needs source/);
});
