import test from 'ava';
import { judge, type Observation } from '../../src/verdict/judge.js';
import type { Loss, Outcome, Splat } from '../../src/verdict/types.js';

const calm: Observation = { console: { splats: [], lost: [] }, guest: 'off-asked', asks: ['unbind-waits'] };

const splat = (more: Partial<Splat> = {}): Splat => ({
  class: 'WARNING',
  title: 'WARNING in cmb_put',
  function: 'cmb_put',
  file: null,
  corrupted: null,
  start: 0,
  end: 10,
  fingerprint: '0123456789abcdef',
  raw: '',
  decoded: null,
  access: null,
  task: null,
  cpu: null,
  taint: null,
  kernel: null,
  stacks: [],
  locks: [],
  time: { first: null, last: null },
  aftermath: [],
  fatal: false,
  origin: 'unknown',
  noise: null,
  facts: {},
  ...more,
});

const seen = (
  more: Partial<Observation>,
  splats: readonly Splat[] = [],
  lost: readonly Loss[] = [],
): Observation => ({
  ...calm,
  ...more,
  console: { splats, lost },
});

const hole: Loss = { kind: 'dropped', detail: '3 printk messages were dropped', at: 7 };

test('nothing amiss is a PASS that names what held', (t) => {
  t.deepEqual(judge(calm), { outcome: 'PASS', headline: 'unbind-waits held', reasons: [], broken: [] });
});

test('a splat fails, breaks the promise that the guest survives, and names the report', (t) => {
  const verdict = judge(seen({}, [splat()]));
  t.is(verdict.outcome, 'FAIL');
  t.is(verdict.headline, 'guest-survives broken: the kernel reported WARNING in cmb_put');
  t.deepEqual(verdict.broken, ['guest-survives']);
});

test('a test that trips over a machine that was taken from under it is a MISS', (t) => {
  const error = { blame: 'test' as const, message: 'probe p2pmem died: its connection closed' };
  t.is(judge(seen({ error })).outcome, 'ERROR');
  t.is(judge(seen({ error, guest: 'vanished' })).outcome, 'MISS');
});

test('known noise does not fail, and is told', (t) => {
  const verdict = judge(seen({}, [splat({ noise: 'N1: seen everywhere' })]));
  t.is(verdict.outcome, 'PASS');
  t.regex(verdict.reasons[0]?.detail ?? '', /N1/);
});

test('a hole in the console turns a PASS into a MISS, never a FAIL into one', (t) => {
  const missed = judge(seen({}, [], [hole]));
  t.is(missed.outcome, 'MISS');
  t.is(missed.headline, 'coverage lost: 3 printk messages were dropped');
  t.is(judge(seen({}, [splat()], [hole])).outcome, 'FAIL');
});

test('a hole that follows from known noise does not spoil a PASS, but is told', (t) => {
  const verdict = judge(seen({}, [], [{ ...hole, accepted: 'N1: known' }]));
  t.is(verdict.outcome, 'PASS');
  t.is(verdict.reasons.length, 1);
});

const states: readonly (readonly [Observation['guest'], Outcome, RegExp])[] = [
  ['running', 'PASS', /held/],
  ['off-asked', 'PASS', /held/],
  ['panicked', 'FAIL', /panicked/],
  ['powered-off', 'FAIL', /went down/],
  ['silent', 'FAIL', /hang/],
  ['vanished', 'MISS', /vanished without a panic/],
  ['flooded', 'MISS', /flooded/],
];

for (const [guest, outcome, headline] of states) {
  test(`a guest that is ${guest} gives ${outcome}`, (t) => {
    const verdict = judge(seen({ guest }));
    t.is(verdict.outcome, outcome);
    t.regex(verdict.headline, headline);
  });
}

test('what follows an error of the emulator is not held against the kernel, what came before it is', (t) => {
  const stale = splat({ class: 'EMULATOR', title: 'int3 that memory does not hold in f', fatal: true });
  const after = seen({ guest: 'panicked', assertion: { message: 'did not boot' } }, [
    stale,
    splat({ start: 9 }),
  ]);
  t.is(judge(after).outcome, 'MISS');
  t.regex(judge(after).headline, /int3 that memory does not hold in f/);
  t.deepEqual(judge(after).broken, []);
  t.is(judge(seen({ guest: 'panicked' }, [splat(), stale])).outcome, 'FAIL');
});

test('a watchdog that barks in a guest that the host starved is a MISS; any other report is the kernel’s', (t) => {
  const error = { blame: 'host' as const, message: 'the guest measured its clock wrong', isStarved: true };
  const lockup = splat({ class: 'HANG', title: 'BUG: hard lockup in kernel_init' });
  t.is(judge(seen({ error }, [lockup])).outcome, 'MISS');
  t.deepEqual(judge(seen({ error }, [lockup])).broken, []);
  t.is(judge(seen({ error: { ...error, isStarved: false } }, [lockup])).outcome, 'FAIL', 'the disk is full');
  t.is(judge(seen({ error: { blame: 'test', message: 'oops' } }, [lockup])).outcome, 'FAIL');
  t.is(judge(seen({ error }, [splat({ class: 'WARNING' })])).outcome, 'FAIL');
});

const lockdepDied = splat({
  title: 'fault in f',
  fatal: true,
  noise: 'N4: left behind',
  raw: '[ 20.2][ T33] RIP: 0010:__lock_acquire+0x6fb/0x6ab0\n',
});

test('a kernel that fell over known noise proves nothing, unless it complained before', (t) => {
  const assertion = { message: 'the kernel is wounded' };
  const after = seen({ guest: 'silent', assertion }, [lockdepDied, splat()]);
  t.is(judge(after).outcome, 'MISS');
  t.is(judge(after).headline, 'the guest died of known noise N4: left behind (fault in f)');
  t.deepEqual(judge(after).broken, []);
  t.is(judge(seen({ guest: 'silent' }, [splat(), lockdepDied])).outcome, 'FAIL');
});

test('what lies in memory and in the pool is no doing of known noise that kills', (t) => {
  const canaries = [{ bad: 1, of: 2, detail: 'map1' }];
  t.is(judge(seen({ guest: 'silent', canaries }, [lockdepDied])).outcome, 'FAIL');
  t.is(judge(seen({ pool: [{ baseline: 2, after: 1 }] }, [lockdepDied])).outcome, 'FAIL');
});

test('a panic behind any other noise, and words that a program wrote, take nothing along', (t) => {
  const panicked = splat({ fatal: true, noise: 'N2: pciehp', aftermath: ['Kernel panic'] });
  t.is(judge(seen({ guest: 'panicked' }, [panicked])).outcome, 'FAIL');
  const words = { ...lockdepDied, noise: 'userspace: made up', origin: 'userspace' as const };
  t.is(judge(seen({}, [words])).outcome, 'PASS');
  t.is(judge(seen({ guest: 'silent' }, [words])).outcome, 'FAIL');
});

test('a guest that vanished after a fatal report is the kernel to blame', (t) => {
  t.is(judge(seen({ guest: 'vanished' }, [splat({ fatal: true })])).outcome, 'FAIL');
});

test('what a test stumbled over when its guest vanished is not held against the test', (t) => {
  const error = { blame: 'test' as const, message: 'probe p2pmem died: its connection closed' };
  const verdict = judge(seen({ guest: 'vanished', guestDetail: 'QEMU ended with SIGKILL', error }));
  t.is(verdict.outcome, 'MISS');
  t.is(verdict.headline, 'the guest vanished without a panic: QEMU ended with SIGKILL');
  t.true(verdict.reasons.some(({ detail }) => detail === error.message));
  t.is(judge(seen({ guest: 'off-asked', error })).outcome, 'ERROR');
});

test('an assertion breaks the promise it names', (t) => {
  const verdict = judge(
    seen({ asks: ['a', 'b'], assertion: { message: 'the page stayed readable', promise: 'b' } }),
  );
  t.deepEqual(verdict.broken, ['b']);
  t.is(verdict.headline, 'b broken: the page stayed readable');
});

test('a removal that never returns is a FAIL with the stack of the waiter', (t) => {
  const verdict = judge(
    seen({
      blocked: {
        what: 'unbind',
        how: 'blocked',
        symbol: 'memunmap_pages',
        stack: '#0 schedule\n#1 memunmap_pages',
        waitedMs: 45_000,
      },
    }),
  );
  t.is(verdict.outcome, 'FAIL');
  t.is(
    verdict.headline,
    'unbind-waits broken: unbind never came back from the kernel: it is blocked in memunmap_pages, watched for 45.0 s',
  );
  t.regex(verdict.reasons[0]?.detail ?? '', /#1 memunmap_pages/);
});

test('a pool that is not whole and bytes in the wrong hands fail', (t) => {
  t.regex(judge(seen({ pool: [{ baseline: 8192, after: 4096 }] })).headline, /4096 bytes did not come back/);
  t.regex(judge(seen({ pool: [{ baseline: 4096, after: 8192 }] })).headline, /4096 bytes too many/);
  t.is(judge(seen({ pool: [{ baseline: 4096, after: 4096 }] })).outcome, 'PASS');
  t.regex(
    judge(seen({ canaries: [{ bad: 3, of: 8, detail: 'owner 2 read the words of owner 1' }] })).headline,
    /^no-page-in-two-hands broken: 3 of 8 words are not what their owner wrote/,
  );
  t.is(judge(seen({ canaries: [{ bad: 0, of: 8, detail: 'all own' }] })).outcome, 'PASS');
});

for (const [blame, outcome] of [
  ['test', 'ERROR'],
  ['user', 'ERROR'],
  ['harness', 'MISS'],
  ['host', 'MISS'],
  ['kernel', 'FAIL'],
] as const) {
  test(`an error that ${blame} is to blame for gives ${outcome}`, (t) => {
    t.is(judge(seen({ error: { blame, message: 'it went wrong' } })).outcome, outcome);
  });
}

test('a skip gives its reason, and a hole does not hide it', (t) => {
  const verdict = judge(seen({ skip: 'no p2pmem/allocate on this kernel' }, [], [hole]));
  t.is(verdict.outcome, 'SKIP');
  t.is(verdict.headline, 'no p2pmem/allocate on this kernel');
});

test('a splat while skipping is still a FAIL', (t) => {
  t.is(judge(seen({ skip: 'cannot be asked' }, [splat()])).outcome, 'FAIL');
});

test('all reasons are listed, the worst first, the console before what follows from it', (t) => {
  const verdict = judge(
    seen(
      {
        guest: 'panicked',
        error: { blame: 'test', message: 'the probe died' },
        assertion: { message: 'no SIGBUS' },
      },
      [splat({ aftermath: ['Kernel panic - not syncing: Fatal exception'] })],
      [hole],
    ),
  );
  t.deepEqual(
    verdict.reasons.map(({ witness }) => witness),
    ['console', 'guest', 'assertion', 'declared', 'completeness'],
  );
  t.regex(verdict.headline, /WARNING in cmb_put, then Kernel panic/);
});

test('a damaged report still fails, and says that it is damaged', (t) => {
  t.regex(judge(seen({}, [splat({ corrupted: 'another report cuts into it' })])).headline, /report damaged/);
});

test('memory used up and a detector that gave up are no broken promise, and no PASS either', (t) => {
  t.is(judge(seen({}, [splat({ class: 'RESOURCE', title: 'out of memory' })])).outcome, 'MISS');
  t.is(
    judge(seen({}, [splat({ class: 'LOCKDEP-OFF', title: 'BUG: MAX_LOCK_DEPTH too low!' })])).outcome,
    'MISS',
  );
});
