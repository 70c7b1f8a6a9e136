import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { deferred } from '../../src/kit/deferred.js';
import { LastrefError } from '../../src/kit/errors.js';
import { projectRoot } from '../../src/kit/paths.js';
import type { Memory } from '../../src/suite/memory.js';
import { hostSlots, type SlotRequest, takeSlot } from '../../src/suite/slots.js';
import { scratch } from '../artifacts/support/sample-run.js';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
const plenty: Memory = { free: 64 * GiB, total: 64 * GiB, bound: "the host's memory" };

const request = (folder: string, more: Partial<SlotRequest> = {}): SlotRequest => ({
  id: 'p2pdma/x',
  bytes: GiB,
  jobs: 1,
  folder,
  slots: 1,
  memory: async () => plenty,
  ...more,
});

/** A run in a process of its own: has `guests` fake guests, one after the other, and writes + and - as they come and go. */
function otherRun(folder: string, guests: number, stayMs: number) {
  const program = `
    import { takeSlot } from ${JSON.stringify(path.join(projectRoot, 'build/src/suite/slots.js'))};
    for (let n = 0; n < ${guests}; n++) {
      const slot = await takeSlot({ id: 'x', bytes: 1, jobs: 1, slots: 1, folder: process.argv[1] });
      process.stdout.write('+');
      await new Promise((resolve) => setTimeout(resolve, ${stayMs}));
      process.stdout.write('-');
      await slot.release();
    }`;
  return execa(process.execPath, ['--input-type=module', '--eval', program, folder], {
    buffer: false,
    reject: false,
  });
}

test('two runs at once never have more guests than the host has slots', async (t) => {
  const folder = await scratch(t);
  let running = 0;
  let most = 0;
  const runs = [otherRun(folder, 3, 30), otherRun(folder, 3, 30)];
  const done = runs.map((run) => {
    run.stdout.on('data', (chunk: Buffer) => {
      for (const mark of chunk.toString()) {
        running += mark === '+' ? 1 : -1;
        most = Math.max(most, running);
      }
    });
    return run;
  });
  for (const { exitCode } of await Promise.all(done)) t.is(exitCode, 0);
  t.is(running, 0);
  t.is(most, 1);
});

test('the slot of a run that was killed goes to the other, which was told what it waits for', async (t) => {
  const folder = await scratch(t);
  const doomed = otherRun(folder, 1, 1e6);
  await new Promise((resolve) => doomed.stdout.once('data', resolve));
  const told = deferred<string>();
  const taking = takeSlot(request(folder, { onWait: told.resolve }));
  t.is(await told.promise, 'waiting for a slot, 1 guest runs');
  doomed.kill('SIGKILL');
  await doomed;
  await (await taking).release();
});

test('a run that asked for more guests than the host has slots gets them', async (t) => {
  const folder = await scratch(t);
  const two = [await takeSlot(request(folder, { jobs: 2 })), await takeSlot(request(folder, { jobs: 2 }))];
  const controller = new AbortController();
  const told = deferred<string>();
  const third = takeSlot(request(folder, { jobs: 2, signal: controller.signal, onWait: told.resolve }));
  t.is(await told.promise, 'waiting for a slot, 2 guests run');
  controller.abort(new Error('enough'));
  await t.throwsAsync(third, { message: 'enough' });
  for (const slot of two) await slot.release();
});

test('short memory delays a guest until there is enough of it', async (t) => {
  const folder = await scratch(t);
  const told = deferred<string>();
  let free = 700 * MiB;
  const taking = takeSlot(
    request(folder, { memory: async () => ({ ...plenty, free }), onWait: told.resolve }),
  );
  t.is(await told.promise, 'waiting for 1.0 GiB of memory, 0.4 GiB to be had, 0 guests run');
  free = 3 * GiB;
  await (await taking).release();
});

test('what running guests were promised is not promised again; what they have taken is not counted twice', async (t) => {
  const folder = await scratch(t);
  const memory = async (): Promise<Memory> => ({ ...plenty, free: 2 * GiB });
  const ask = (signal?: AbortSignal, onWait?: (what: string) => void) =>
    takeSlot(request(folder, { slots: 9, memory, signal, ...(onWait === undefined ? {} : { onWait }) }));
  const first = await ask();
  const told = deferred<string>();
  const taking = ask(undefined, told.resolve);
  t.is(await told.promise, 'waiting for 1.0 GiB of memory, 0.8 GiB to be had, 1 guest runs');
  await first.runsAs(process.pid, MiB); // this process has more than that already
  const second = await taking;
  for (const slot of [first, second]) await slot.release();
});

test('a guest that can never fit is an error of the host, with the numbers', async (t) => {
  const memory = async (): Promise<Memory> => ({
    free: GiB,
    total: GiB,
    bound: 'the memory limit of its cgroup',
  });
  const error = await t.throwsAsync(takeSlot(request(await scratch(t), { memory })), {
    instanceOf: LastrefError,
  });
  t.like(error, { blame: 'host', exitCode: 69 });
  t.is(
    error?.message,
    'a guest for p2pdma/x may take 1.0 GiB and can never run here: the memory limit of its cgroup is 1.0 GiB, 0.3 GiB of it stay free',
  );
});

test('memory that stays short although none of our guests runs is an error of the host in the end', async (t) => {
  const memory = async (): Promise<Memory> => ({ ...plenty, free: GiB });
  const error = await t.throwsAsync(takeSlot(request(await scratch(t), { memory, aloneMs: 0 })), {
    message: /^gave up waiting for 1\.0 GiB of memory, 0\.8 GiB to be had, 0 guests run/,
  });
  t.like(error, { blame: 'host' });
});

test('a host has two slots per core unless told otherwise, and one at least', (t) => {
  t.is(hostSlots({}, 8), 16);
  t.is(hostSlots({}, 0), 1);
  t.is(hostSlots({ LASTREF_SLOTS: '3' }, 8), 3);
  t.is(hostSlots({ LASTREF_SLOTS: 'many' }, 8), 16);
});
