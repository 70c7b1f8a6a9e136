import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { diskError, writeAtomic, writeJson } from '../../src/kit/atomic.js';
import { LastrefError } from '../../src/kit/errors.js';
import { projectRoot } from '../../src/kit/paths.js';
import { scratch } from '../artifacts/support/sample-run.js';

test('a file is there with its mode, and nothing else is', async (t) => {
  const folder = await scratch(t);
  const file = path.join(folder, 'a b', 'c.json');
  await writeJson(file, { x: 1 });
  t.is(await readFile(file, 'utf8'), '{\n  "x": 1\n}\n');
  await writeAtomic(path.join(folder, 'a b', 'run.sh'), 'x', 0o755);
  t.is((await stat(path.join(folder, 'a b', 'run.sh'))).mode & 0o777, 0o755);
  t.deepEqual((await readdir(path.join(folder, 'a b'))).sort(), ['c.json', 'run.sh']);
});

test('many writers of one file leave one whole text and no temporary file', async (t) => {
  const folder = await scratch(t);
  const file = path.join(folder, 'x');
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
  await Promise.all(texts.map((text) => writeAtomic(file, text)));
  t.true(texts.includes(await readFile(file, 'utf8')));
  t.deepEqual(await readdir(folder), ['x']);
});

test('a write that fails leaves the old bytes and no temporary file', async (t) => {
  const folder = await scratch(t);
  const file = path.join(folder, 'x');
  await mkdir(path.join(file, 'in the way'), { recursive: true });
  await t.throwsAsync(writeAtomic(file, 'new'), { code: 'EISDIR' });
  t.deepEqual(await readdir(folder), ['x']);
});

/** Writes in a mount of its own: the mount is gone with the process, whatever happens. */
async function writeOnMount(
  t: ExecutionContext,
  mountOptions: string,
  bytes: number,
  file = 'result.json',
): Promise<{ message: string; blame: string; exitCode: number; left: string[] }> {
  const folder = await scratch(t);
  const atomic = path.join(projectRoot, 'build/src/kit/atomic.js');
  const program = `
    import { readdir } from 'node:fs/promises';
    import { writeAtomic } from ${JSON.stringify(atomic)};
    const error = await writeAtomic(${JSON.stringify(file)}, 'x'.repeat(${bytes})).then(() => ({}), (error) => error);
    const { message, blame, exitCode, hint } = error;
    console.log(JSON.stringify({ message, blame, exitCode, hint, left: await readdir('.') }));`;
  const asUser = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const script = 'mount -t tmpfs -o "$1" tmpfs "$2" && cd "$2" && exec "$3" --input-type=module --eval "$4"';
  const { stdout } = await execa('unshare', [
    ...[...asUser, '--mount', 'sh', '-c', script, 'sh', mountOptions, folder, process.execPath, program],
  ]);
  return JSON.parse(stdout);
}

test('a full disk is said in a sentence, and what was half-written is gone', async (t) => {
  const { message, left, ...error } = await writeOnMount(t, 'size=64k', 1_000_000);
  t.regex(message, /^no room left on the disk that holds .*result\.json$/);
  t.like(error, { blame: 'host', exitCode: 69 });
  t.deepEqual(left, []);
});

test('a read-only disk is said in a sentence', async (t) => {
  const { message, ...error } = await writeOnMount(t, 'ro', 10);
  t.regex(message, /^cannot write .*result\.json: EROFS/);
  t.like(error, { blame: 'host', exitCode: 69 });
});

test('a folder that a read-only disk cannot hold is said in a sentence', async (t) => {
  const { message, ...error } = await writeOnMount(t, 'ro', 10, 'a/b/result.json');
  t.regex(message, /^cannot write a\/b: EROFS: read-only file system, mkdir 'a'$/);
  t.like(error, { blame: 'host', exitCode: 69 });
});

test('a folder that is not ours is said in a sentence, unless we are root', async (t) => {
  const folder = await scratch(t);
  await writeFile(path.join(folder, 'x'), 'old');
  await chmod(folder, 0o555);
  t.teardown(() => chmod(folder, 0o755));
  if (process.getuid?.() === 0) {
    await writeAtomic(path.join(folder, 'x'), 'new');
    t.is(await readFile(path.join(folder, 'x'), 'utf8'), 'new');
    return;
  }
  await t.throwsAsync(writeAtomic(path.join(folder, 'x'), 'new'), { message: /^cannot write / });
  t.is(await readFile(path.join(folder, 'x'), 'utf8'), 'old');
});

test('what the disk did not refuse passes through', (t) => {
  const other = Object.assign(new Error('x'), { code: 'ENOENT' });
  t.is(diskError(other, '/f'), other);
  t.true(diskError(Object.assign(new Error('x'), { code: 'EDQUOT' }), '/f') instanceof LastrefError);
});
