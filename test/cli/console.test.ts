import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { execa } from 'execa';
import { lastref, main } from '../support/lastref.js';
import { makeSampleKernel } from '../support/sample-kernel.js';
import { log, warning612 } from '../verdict/support/logs.js';

const modulePath = path.resolve(import.meta.dirname, '../../src/cli/console.js');

async function run(
  json: boolean,
  files: readonly string[],
  input = '',
): Promise<{ code: number | undefined; out: string; err: string }> {
  const script = `import(process.argv[1]).then(async ({ consoleCommand }) => { process.exitCode = await consoleCommand(process.argv.slice(2), { json: ${json} }); });`;
  const { exitCode, stdout, stderr } = await execa(process.execPath, ['-e', script, modulePath, ...files], {
    reject: false,
    input,
  });
  return { code: exitCode, out: stdout, err: stderr };
}

test('saved logs are judged from files, gzip and stdin, and the exit code tells', async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'console-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const bad = path.join(folder, 'bad.log');
  const packed = path.join(folder, 'packed');
  const clean = path.join(folder, 'clean.log');
  await writeFile(bad, log(warning612));
  await writeFile(packed, gzipSync(log(warning612)));
  await writeFile(clean, log(['all is well']));

  const both = await run(true, [clean, bad, packed]);
  t.is(both.code, 1);
  const rows = both.out.split('\n').map((line) => JSON.parse(line));
  t.deepEqual(
    rows.map(({ clean: ok }) => ok),
    [true, false, false],
  );
  t.like(rows[1].splats[0], {
    title: 'WARNING in p2p_release',
    class: 'WARNING',
    function: 'p2p_release',
    corrupted: false,
    reason: null,
    start: 0,
  });
  t.deepEqual(rows[2].splats, rows[1].splats);

  t.is((await run(true, [clean])).code, 0);
  t.is((await run(true, ['-'], log(warning612))).code, 1);
});

test('a file that cannot be read is told apart from a clean one', async (t) => {
  const { code, err } = await run(true, ['/nowhere/at/all.log']);
  t.is(code, 69);
  t.regex(err, /cannot be judged: ENOENT/);
});

test('what a guest wrote cannot drive the terminal', async (t) => {
  const evil = log([...warning612.slice(0, 3), '\x1b]0;owned\x07\x1b[2J', ...warning612.slice(3)]);
  const { out } = await run(false, ['-'], evil);
  t.false(out.includes('\x1b'));
  t.true(out.includes('WARNING in p2p_release'));
});

test('an empty file and one that is no text are not called clean', async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'console-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const binary = path.join(folder, 'binary');
  await writeFile(binary, Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 89) % 256)));
  for (const [file, why] of [
    ['-', /^-: cannot be judged: it is empty$/],
    [binary, /binary: cannot be judged: it is no text$/],
  ] as const) {
    const { code, out, err } = await run(true, [file]);
    t.is(code, 69);
    t.is(out, '');
    t.regex(err, why);
  }
});

test('the exit code tells also when nobody reads on', async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'console-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const bad = path.join(folder, 'bad.log');
  await writeFile(bad, log(warning612));
  const { stdout } = await execa(
    'bash',
    ['-c', 'set -o pipefail; "$1" "$2" console "$3" | true; echo $?', 'bash', process.execPath, main, bad],
    { reject: false },
  );
  t.is(stdout, '1');
});

test('with a vmlinux a log is decoded to lines; with that of another kernel it says why not', async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'console-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const kernel = await makeSampleKernel(folder);
  const file = path.join(folder, 'own.log');
  const other = path.join(folder, 'other.log');
  const report = (banner: string): string =>
    log([
      `Linux version ${banner} (b@c) (gcc 12, ld 2) #1 SMP`,
      '------------[ cut here ]------------',
      `WARNING: CPU: 0 PID: 7 at mm/sample.c:17 ${kernel.outer}`,
      `RIP: 0010:${kernel.outer}`,
      'Call Trace:',
      ` ${kernel.main}`,
      '---[ end trace 0000000000000000 ]---',
    ]);
  await writeFile(file, report('6.12.0'));
  await writeFile(other, report('6.13.0'));
  const own = await lastref(['console', file, '--vmlinux', kernel.vmlinux]);
  t.is(own.code, 1);
  t.regex(own.stdout, /at mm\/sample\.c:1\d\n[\s\S]* main\+0x\w+\/0x\w+ mm\/sample\.c:22\n/);
  const foreign = await lastref(['console', other, '--vmlinux', kernel.vmlinux]);
  t.regex(foreign.stdout, /not decoded: the log is of 6\.13\.0/);
  t.notRegex(foreign.stdout, /sample\.c:22/);
  const absent = await lastref(['console', file, '--vmlinux', path.join(folder, 'nowhere')]);
  t.is(absent.code, 2);
  t.regex(absent.stderr, /there is no vmlinux/);
});
