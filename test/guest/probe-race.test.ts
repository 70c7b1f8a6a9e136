import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { ProbeRefusal } from '../../src/guest/probe-client-errors.js';
import { scratch, startRace } from './probe-local.js';

const how = { bytes: 8192, pauseUs: 100, isPinned: false };

/** An ordinary file stands for the pool: what is mapped of it stays until the file is cut. */
async function pool(t: ExecutionContext): Promise<{ allocate: string; nothing: string; fifo: string }> {
  const folder = await scratch(t);
  const [allocate, nothing, fifo] = ['allocate', 'nothing', 'a fifo'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  await writeFile(allocate, Buffer.alloc(how.bytes));
  await writeFile(nothing, '');
  await execa('mkfifo', [fifo]);
  return { allocate, nothing, fifo };
}

test('a removal that removes nothing is told by what still goes through when it is over', async (t) => {
  const { allocate, nothing } = await pool(t);
  const race = await startRace(t);
  const round = await race.round(
    { file: nothing, value: 'x' },
    allocate,
    ['load', 'store', 'churn', 'remap', 'spawn'],
    how,
  );
  t.is(round.errno, null);
  t.is(await readFile(nothing, 'utf8'), 'x');
  for (const role of ['load', 'store', 'churn', 'remap', 'spawn'])
    t.true((round.counts[`${role}.touched.over`] ?? 0) > 0, role);
  t.true(round.count('mapped', 'over') > 0);
  t.is(round.count('faulted', 'over') + round.count('faulted', 'during'), 0);
});

test('a removal that takes the memory away is told by the faults, from before it is over', async (t) => {
  const { allocate, fifo } = await pool(t);
  const race = await startRace(t);
  const under = race.round({ file: fifo, value: 'x' }, allocate, ['load', 'store', 'spawn'], how);
  await race.untilEvent('racing');
  await truncate(allocate, 0);
  t.is(await readFile(fifo, 'utf8'), 'x'); // the removal has waited for its reader
  const round = await under;
  for (const role of ['load', 'store']) {
    t.is(round.counts[`${role}.touched.over`], undefined, role);
    t.true((round.counts[`${role}.faulted.over`] ?? 0) >= 64, role);
  }
  for (const role of ['load', 'store', 'spawn']) t.is(round.counts[`${role}.revived.over`], undefined, role);
  t.is(round.count('odd', 'during') + round.count('odd', 'over'), 0);
});

test('a removal that fails is told by its errno, and rounds follow one another', async (t) => {
  const { allocate, nothing } = await pool(t);
  const race = await startRace(t);
  for (let round = 0; round < 3; round += 1)
    t.is((await race.round({ file: `${nothing}/x`, value: 'x' }, allocate, ['load'], how)).errno, 'ENOTDIR');
  t.is((await race.round({ file: '/dev/full', value: 'x' }, allocate, ['churn'], how)).errno, 'ENOSPC');
});

test('memory that cannot be had is a refusal; racers that nobody knows are no request', async (t) => {
  const { allocate, nothing } = await pool(t);
  const race = await startRace(t);
  const round = (file: string, roles: string, options = how): Promise<unknown> =>
    race.round({ file: nothing, value: 'x' }, file, [roles as 'load'], options);
  const refusal = await t.throwsAsync(round(`${allocate}x`, 'load'), { instanceOf: ProbeRefusal });
  t.is(refusal.errno, 'ENOENT');
  await t.throwsAsync(round(allocate, 'run'), { message: /no such roles/ });
  await t.throwsAsync(round(allocate, new Array(17).fill('load').join()), { message: /too many racers/ });
  await t.throwsAsync(round(allocate, 'load', { ...how, bytes: 100 }), { message: /expected FILE VALUE/ });
});
