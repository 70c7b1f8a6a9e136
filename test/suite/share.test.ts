import { access } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { projectRoot } from '../../src/kit/paths.js';
import { shareOf, workerFiles } from '../../src/suite/share.js';

test('one worker looks after a few guests, more guests have more workers, and each is a file', async (t) => {
  t.is(workerFiles(1).length, 1);
  t.is(workerFiles(8).length, 1);
  t.is(workerFiles(9).length, 2);
  t.is(workerFiles(1000).length, 4);
  for (const file of workerFiles(1000)) await t.notThrowsAsync(access(path.join(projectRoot, file)));
});

test('workers share all scenarios, none twice, and together have as many guests as the run may', (t) => {
  for (const jobs of [1, 2, 8, 9, 17, 64]) {
    const scenarios = Array.from({ length: 23 }, (_, index) => index);
    const of = workerFiles(jobs).length;
    const shares = Array.from({ length: of }, (_, worker) => shareOf(worker, of, { scenarios, jobs }));
    t.deepEqual(
      shares.flatMap((share) => share.scenarios).sort((a, b) => a - b),
      scenarios,
    );
    t.is(
      shares.reduce((sum, share) => sum + share.jobs, 0),
      jobs,
    );
  }
});
