import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { FilesByCommand, FilesByProbe, type GuestFiles } from '../../src/guest/guest-files.js';
import { compileProbe } from '../../src/guest/probe-build.js';
import { ProbeClient } from '../../src/guest/probe-client.js';
import { LastrefError } from '../../src/kit/errors.js';
import { scratch, startLocal } from './probe-local.js';

async function byProbe(t: ExecutionContext): Promise<FilesByProbe> {
  const { path: file } = await compileProbe('files');
  const probe = new FilesByProbe(new ProbeClient(startLocal(t, file), { name: 'files' }));
  await probe.ready();
  return probe;
}

/** The commands of a guest, run here. */
const byCommand = new FilesByCommand(async ([program = '', ...args], input) => {
  const ran = await execa(program, args, { reject: false, ...(input === undefined ? {} : { input }) });
  return { code: ran.exitCode ?? null, signal: null, stdout: ran.stdout, stderr: ran.stderr };
});

async function lookAround(t: ExecutionContext, files: GuestFiles, folder: string): Promise<void> {
  t.is((await files.read(path.join(folder, 'nvme0/serial'))).trim(), 'cmb = 1 %');
  t.is(await files.read(path.join(folder, 'empty')), '');
  t.true(await files.exists(folder));
  t.false(await files.exists(path.join(folder, 'other')));
  t.deepEqual(await files.glob(path.join(folder, 'nvme*')), [
    path.join(folder, 'nvme0'),
    path.join(folder, 'nvme1'),
  ]);
  t.deepEqual(await files.glob(path.join(folder, 'none*')), []);
  const error = await t.throwsAsync<LastrefError>(files.read(path.join(folder, 'other')), {
    instanceOf: LastrefError,
  });
  t.regex(error?.message ?? '', /other could not be read in the guest: /);
}

test('a look through the probe and one by command see the same', async (t) => {
  // No blank in it: sysfs has none, and a pattern is one word for the shell.
  const plain = await mkdtemp(path.join(tmpdir(), 'lastref-files-'));
  t.teardown(() => rm(plain, { recursive: true, force: true }));
  await mkdir(path.join(plain, 'nvme0'));
  await mkdir(path.join(plain, 'nvme1'));
  await writeFile(path.join(plain, 'nvme0/serial'), 'cmb = 1 %\n');
  await writeFile(path.join(plain, 'empty'), '');
  await lookAround(t, await byProbe(t), plain);
  await lookAround(t, byCommand, plain);
});

test('a file whose read blocks holds up nobody else', async (t) => {
  const folder = await scratch(t);
  const fifo = path.join(folder, 'fifo');
  await execa('mkfifo', [fifo]);
  const files = await byProbe(t);
  const blocked = files.read(fifo);
  t.true(await files.exists(fifo));
  await writeFile(fifo, 'at last');
  t.is(await blocked, 'at last');
});

test('what does not fit into an answer, and what a probe that is gone cannot tell, is asked by command', async (t) => {
  const folder = await scratch(t);
  const long = path.join(folder, 'long');
  await writeFile(long, 'x'.repeat(20_000));
  const files = await byProbe(t);
  await t.throwsAsync(files.read(long), { message: /could not look/ });
  files.otherwise = byCommand;
  t.is((await files.read(long)).length, 20_000);
  await files.client.close();
  t.true(await files.exists(long));
  t.is((await files.read(long)).length, 20_000);
});
