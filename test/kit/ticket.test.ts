import { readdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { deferred } from '../../src/kit/deferred.js';
import { projectRoot } from '../../src/kit/paths.js';
import { takeTicket } from '../../src/kit/ticket.js';
import { scratch } from '../artifacts/support/sample-run.js';

/** At most `most` at a time. */
const upTo = (most: number) => async (held: readonly string[]) => (held.length < most ? 'mine' : undefined);

test('as many hold a ticket as its rule allows, never more, and all get their turn', async (t) => {
  const folder = path.join(await scratch(t), 'not there yet');
  let inside = 0;
  let most = 0;
  const two = deferred<void>();
  const one = async (): Promise<void> => {
    const ticket = await takeTicket(folder, { enter: upTo(2), everyMs: 5 });
    most = Math.max(most, ++inside);
    if (inside === 2) two.resolve();
    await two.promise; // nobody leaves before there were two
    inside--;
    await ticket.release();
  };
  await Promise.all(Array.from({ length: 6 }, one));
  t.is(most, 2);
  t.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('ticket-')),
    [],
  );
});

test('who comes later reads what the holders say, and what they say anew', async (t) => {
  const folder = await scratch(t);
  const first = await takeTicket(folder, { enter: async () => 'starting' });
  await first.tell('runs as 42');
  let seen: readonly string[] = [];
  const second = await takeTicket(folder, {
    enter: async (held) => {
      seen = held;
      return 'me too';
    },
  });
  t.deepEqual(seen, ['runs as 42']);
  await first.release();
  await second.release();
});

test('the ticket of a process that was killed is free', async (t) => {
  const folder = await scratch(t);
  const module = path.join(projectRoot, 'build/src/kit/ticket.js');
  const program = `
    import { takeTicket } from ${JSON.stringify(module)};
    await takeTicket(process.argv[1], { enter: async () => 'doomed' });
    console.log('held');
    setInterval(() => 0, 1e6);`;
  const child = execa(process.execPath, ['--input-type=module', '--eval', program, folder], {
    buffer: false,
    reject: false,
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const waited = deferred<void>();
  const mine = takeTicket(folder, {
    everyMs: 20,
    enter: async (held) => {
      if (held.length > 0) waited.resolve();
      return held.length === 0 ? 'mine' : undefined;
    },
  });
  await waited.promise;
  child.kill('SIGKILL');
  await child;
  const ticket = await mine;
  t.is((await readdir(folder)).filter((name) => name.startsWith('ticket-')).length, 1);
  await ticket.release();
});

test('who waits can give up, and leaves the way free', async (t) => {
  const folder = await scratch(t);
  const reason = new Error('the run was stopped');
  const controller = new AbortController();
  const asked = deferred<void>();
  const waiting = takeTicket(folder, {
    signal: controller.signal,
    enter: async () => {
      asked.resolve();
      return undefined;
    },
  });
  await asked.promise;
  const gaveUp = t.throwsAsync(waiting);
  controller.abort(reason);
  t.is(await gaveUp, reason);
  await (await takeTicket(folder, { enter: upTo(1) })).release();
});

test('who waits, and even one that was stopped in its wait, does not stop who may enter', async (t) => {
  const folder = await scratch(t);
  const module = path.join(projectRoot, 'build/src/kit/ticket.js');
  const program = `
    import { takeTicket } from ${JSON.stringify(module)};
    const enter = async () => void console.log('waits');
    await takeTicket(process.argv[1], { enter, everyMs: 3_600_000 });`;
  const child = execa(process.execPath, ['--input-type=module', '--eval', program, folder], {
    buffer: false,
    reject: false,
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const first = await takeTicket(folder, { enter: upTo(1) });
  child.kill('SIGSTOP');
  await first.release();
  await (await takeTicket(folder, { enter: upTo(1) })).release();
  child.kill('SIGKILL');
  t.is((await child).signal, 'SIGKILL');
});

test('what the rule raises comes out, and the way is free again', async (t) => {
  const folder = await scratch(t);
  await t.throwsAsync(takeTicket(folder, { enter: () => Promise.reject(new Error('never')) }), {
    message: 'never',
  });
  await (await takeTicket(folder, { enter: upTo(1) })).release();
});
