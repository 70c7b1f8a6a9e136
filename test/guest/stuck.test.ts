import test, { type ExecutionContext } from 'ava';
import { bootGuest } from '../../src/guest/boot.js';
import { findStuck, keptBy, parseLooks, type StuckTask } from '../../src/guest/stuck.js';
import { fakeGuest, fakeQemu } from '../support/fake-guest.js';
import type { FakeAnswer } from '../support/fake-script.js';

process.env['LASTREF_QEMU'] = fakeQemu;

interface Task {
  readonly state: string;
  readonly user?: number;
  readonly system?: number;
  readonly wchan?: string;
  readonly switches?: number;
  readonly stack?: readonly string[];
}

/** What the guest's /proc says of one thread of a probe whose name is out to confuse. */
function shown({ state, user = 1, system = 1, wchan = '0', switches = 3, stack = [] }: Task): string {
  const numbers = Array.from({ length: 10 }, () => 0);
  return [
    'task 70 71 p2pmem-0123',
    `stat 71 (p2p) R mem) ${state} ${[...numbers, user, system, 0].join(' ')}`,
    `wchan ${wchan}`,
    `voluntary_ctxt_switches:\t${switches}`,
    'nonvoluntary_ctxt_switches:\t2',
    ...stack.map((fn) => `[<0>] ${fn}+0x1c5/0x4a0`),
    '',
  ].join('\n');
}

test('a look at a task is read, whatever the task is called', (t) => {
  const [look, ...more] = parseLooks(
    shown({ state: 'D', wchan: 'memunmap_pages', stack: ['schedule', 'memunmap_pages.part.0'] }),
  );
  t.deepEqual(more, []);
  t.deepEqual(look, {
    pid: 70,
    tid: 71,
    program: 'p2pmem-0123',
    state: 'D',
    wchan: 'memunmap_pages',
    userTicks: 1,
    systemTicks: 1,
    switches: 5,
    stack: ['schedule', 'memunmap_pages.part.0'],
  });
  t.deepEqual(parseLooks('task 1 1 p2pmem\nstat \nwchan \n'), [], 'a task that ended meanwhile');
  t.deepEqual(parseLooks(''), []);
});

const verdictOf = (first: Task, last: Task): StuckTask['how'] | null => {
  const [[one], [other]] = [parseLooks(shown(first)), parseLooks(shown(last))];
  return one === undefined || other === undefined ? null : keptBy(one, other);
};

test('asleep without signals and without a move is blocked; any move is none', (t) => {
  const asleep: Task = { state: 'D', wchan: 'x' };
  t.is(verdictOf(asleep, asleep), 'blocked');
  t.is(verdictOf(asleep, { ...asleep, switches: 4 }), null);
  t.is(verdictOf(asleep, { ...asleep, wchan: 'y' }), null);
  t.is(verdictOf({ ...asleep, state: 'S' }, { ...asleep, state: 'S' }), null, 'a probe that waits for us');
});

test('kernel time alone is spinning; a probe with time of its own works', (t) => {
  t.is(verdictOf({ state: 'R', system: 10 }, { state: 'R', system: 80 }), 'spinning');
  t.is(verdictOf({ state: 'R', system: 10 }, { state: 'R', system: 80, user: 40 }), null);
  t.is(verdictOf({ state: 'R', system: 10 }, { state: 'S', system: 80 }), null);
});

async function watched(t: ExecutionContext, ...answers: readonly FakeAnswer[]): Promise<StuckTask | null> {
  const { spec } = await fakeGuest(t, { answers });
  const guest = await bootGuest(spec);
  t.teardown(() => guest.stop());
  return findStuck(guest);
}

test.serial('a probe that stays asleep in the kernel is found, with its stack', async (t) => {
  const stuck = await watched(t, {
    starts: 'sh -c',
    stdout: shown({ state: 'D', wchan: 'folio_wait_bit', stack: ['folio_wait_bit'] }),
  });
  t.like(stuck, { how: 'blocked', look: { tid: 71, stack: ['folio_wait_bit'] }, backtraces: [] });
  t.true((stuck?.watchedMs ?? 0) >= 2000);
});

const backtrace = (fn: string): string =>
  [
    'sysrq: Show backtrace of all active CPUs',
    'CPU: 1 UID: 0 PID: 71 Comm: p2pmem Not tainted 6.12.0 #1',
    `RIP: 0010:${fn}+0x1c5/0x4a0`,
    '',
  ].join('\n');

test.serial('a probe that spins in the kernel is found, and its CPU is sampled several times', async (t) => {
  const stuck = await watched(
    t,
    { starts: "sh -c 'for exe", stdout: shown({ state: 'R', system: 10 }), times: 1 },
    { starts: "sh -c 'for exe", stdout: shown({ state: 'R', system: 400 }) },
    { starts: "sh -c 'dmesg", stdout: `older\n${backtrace('do_page_mkwrite')}`, times: 2 },
    { starts: "sh -c 'dmesg", stdout: `older\n${backtrace('handle_mm_fault')}` },
  );
  t.like(stuck, { how: 'spinning', look: { tid: 71, state: 'R' } });
  t.deepEqual(
    stuck?.backtraces.map((text) => /RIP: 0010:(\w+)/.exec(text)?.[1]),
    ['do_page_mkwrite', 'do_page_mkwrite', 'handle_mm_fault'],
  );
  t.true(stuck?.backtraces.every((text) => text.startsWith('sysrq: Show backtrace')));
});

test.serial('a probe that runs and gets little done is not spinning: it may wait for its turn', async (t) => {
  const first = shown({ state: 'R', system: 10 });
  const look = "sh -c 'for exe";
  const stuck = await watched(
    t,
    { starts: look, stdout: first, times: 1 },
    { starts: look, stdout: shown({ state: 'R', system: 40 }) },
  );
  t.is(stuck, null);
});

test.serial('a kernel that gives no backtraces leaves a probe that spins all the same', async (t) => {
  const look = "sh -c 'for exe";
  const stuck = await watched(
    t,
    { starts: look, stdout: shown({ state: 'R', system: 10 }), times: 1 },
    { starts: look, stdout: shown({ state: 'R', system: 400 }) },
  );
  t.deepEqual(stuck?.backtraces, ['', '', '']);
});

test.serial('a probe that sleeps as it should is not stuck', async (t) => {
  t.is(await watched(t, { starts: 'sh -c', stdout: shown({ state: 'S', wchan: 'pipe_read' }) }), null);
});

test.serial('a guest without probes has none that are stuck', async (t) => {
  t.is(await watched(t), null);
});
