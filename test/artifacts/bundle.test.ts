import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import * as tar from 'tar';
import { bundleRun, verifyBundle } from '../../src/artifacts/bundle.js';
import { createRun } from '../../src/artifacts/store.js';
import { LastrefError } from '../../src/kit/errors.js';
import { samplePlan, scratch } from './support/sample-run.js';

async function sampleRun(t: ExecutionContext): Promise<{ runs: string; directory: string }> {
  const runs = await scratch(t);
  const plan = samplePlan(runs);
  const run = await createRun(plan);
  t.teardown(run.release);
  await writeFile(path.join(plan.directory, 'scenarios/p2pdma/write/console.log'), 'Linux version\nmore\n');
  return { runs, directory: plan.directory };
}

const sum = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

async function names(file: string): Promise<string[]> {
  const found: string[] = [];
  await tar.list({ file, onReadEntry: (entry) => found.push(entry.path) });
  return found;
}

test('the same run gives the same bytes, whatever the times on its files', async (t) => {
  const { runs, directory } = await sampleRun(t);
  const first = await bundleRun(directory, path.join(runs, 'a.tar.gz'));
  await utimes(path.join(directory, 'plan.json'), 1, 1);
  const second = await bundleRun(directory, path.join(runs, 'b.tar.gz'));
  t.is(first.sha256, second.sha256);
  t.is(first.sha256, await sum(second.file));
});

test('a bundle holds the run under its id, with a manifest that sha256sum agrees with', async (t) => {
  const { runs, directory } = await sampleRun(t);
  const { file, members } = await bundleRun(directory, path.join(runs, 'a.tar.gz'));
  const id = path.basename(directory);
  t.deepEqual(await names(file), [...members, 'MANIFEST.sha256'].map((name) => `${id}/${name}`).sort());
  t.true(members.includes('scenarios/p2pdma/write/console.log'));
  t.false(members.some((name) => name.includes('.lock')));
  const unpacked = path.join(runs, 'unpacked');
  await mkdir(unpacked);
  await execa('tar', ['-xzf', file, '-C', unpacked]);
  await execa('sha256sum', ['--check', '--strict', '--quiet', 'MANIFEST.sha256'], {
    cwd: path.join(unpacked, id),
  });
  t.deepEqual(await verifyBundle(file), []);
});

test("a scenario's bundle holds that scenario and the plan, no other scenario", async (t) => {
  const { runs, directory } = await sampleRun(t);
  const { members } = await bundleRun(directory, path.join(runs, 'a.tar.gz'), { scenario: 'p2pdma/write' });
  t.true(members.includes('plan.json'));
  t.true(members.includes('scenarios/p2pdma/write/result.json'));
  t.false(members.some((name) => name.startsWith('scenarios/p2pdma/read/')));
});

test("a scenario that the run does not have is the user's mistake", async (t) => {
  const { runs, directory } = await sampleRun(t);
  const error = await t.throwsAsync(
    bundleRun(directory, path.join(runs, 'a.tar.gz'), { scenario: 'p2pdma/none' }),
    {
      instanceOf: LastrefError,
    },
  );
  t.is(error.blame, 'user');
});

test('a link out of the run is refused, a link inside it is packed as the file it names', async (t) => {
  const { runs, directory } = await sampleRun(t);
  const secret = path.join(runs, 'secret');
  await writeFile(secret, 'key');
  await symlink('plan.json', path.join(directory, 'alias.json'));
  t.true((await bundleRun(directory, path.join(runs, 'a.tar.gz'))).members.includes('alias.json'));
  await symlink(secret, path.join(directory, 'scenarios', 'leak'));
  await t.throwsAsync(bundleRun(directory, path.join(runs, 'b.tar.gz')), {
    message: /leak is a symbolic link to .*secret/,
  });
});

test('a file name with control characters is refused', async (t) => {
  const { runs, directory } = await sampleRun(t);
  await writeFile(path.join(directory, 'a\u001b]0;x'), '');
  await t.throwsAsync(bundleRun(directory, path.join(runs, 'a.tar.gz')), { message: /control character/ });
});

test('verification names what was changed, added and lost', async (t) => {
  const { runs, directory } = await sampleRun(t);
  const { file } = await bundleRun(directory, path.join(runs, 'a.tar.gz'));
  const id = path.basename(directory);
  const work = path.join(runs, 'work');
  await mkdir(work);
  await tar.extract({ file, cwd: work });
  await appendFile(path.join(work, id, 'plan.json'), ' ');
  await writeFile(path.join(work, id, 'extra.txt'), 'x');
  const kept = (await names(file)).filter((name) => !name.endsWith('console.log'));
  const forged = path.join(runs, 'forged.tar.gz');
  await tar.create({ cwd: work, file: forged, gzip: true }, [...kept, `${id}/extra.txt`]);
  t.deepEqual((await verifyBundle(forged)).sort(), [
    'extra.txt: is not in the manifest',
    'plan.json: differs from its sum',
    'scenarios/p2pdma/write/console.log: is missing',
  ]);
});

test('verification refuses members that would leave their folder, and links', async (t) => {
  const runs = await scratch(t);
  await mkdir(path.join(runs, 'in'));
  await writeFile(path.join(runs, 'outside'), 'x');
  await symlink('/etc/passwd', path.join(runs, 'in', 'link'));
  const forged = path.join(runs, 'forged.tar');
  await tar.create({ cwd: path.join(runs, 'in'), file: forged, preservePaths: true }, ['../outside', 'link']);
  const problems = await verifyBundle(forged);
  t.true(problems.some((problem) => /"\.\.\/outside": the name leads out/.test(problem)));
  t.true(problems.some((problem) => /"link": is a SymbolicLink/.test(problem)));
});
