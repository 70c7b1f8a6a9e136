import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { ProbeRefusal } from '../../src/guest/probe-client-errors.js';
import { ownSysfs, reread } from '../../src/guest/probe-types-sysfs.js';
import { scratch, startP2pmem } from './probe-local.js';

test('a reader counts numbers and absences, and keeps the first thing that is neither', async (t) => {
  const file = path.join(await scratch(t), 'available');
  await writeFile(file, '4063232\n');
  const probe = await startP2pmem(t);
  const [steady, upset] = [await reread(probe, file), await reread(probe, path.join(file, 'below'))];
  await rm(file);
  const seen = await steady.stop();
  t.is(seen.strange, 0);
  t.is(seen.first, null);
  t.true(seen.numbers > 0);
  t.like(await upset.stop(), { numbers: 0, gone: 0, first: 'ENOTDIR' });
});

test('what is no number is strange', async (t) => {
  const file = path.join(await scratch(t), 'size');
  await writeFile(file, '12 pages\n');
  const probe = await startP2pmem(t);
  const reading = await reread(probe, file);
  const seen = await reading.stop();
  t.is(seen.numbers, 0);
  t.true(seen.strange > 0);
  t.is(seen.first, '12 pages\n');
});

test('a sysfs of its own needs a folder to be mounted on', async (t) => {
  const probe = await startP2pmem(t);
  const error = await t.throwsAsync<ProbeRefusal>(ownSysfs(probe, '/nowhere/at/all'), {
    instanceOf: ProbeRefusal,
  });
  t.regex(error?.errno ?? '', /^(ENOENT|EPERM)$/); // EPERM for whoever may not unshare
});
