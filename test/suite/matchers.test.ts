import test from 'ava';
import { Buffer } from '../../src/guest/buffer.js';
import type { Access, Attempt } from '../../src/guest/owner.js';
import type { ProcessSample } from '../../src/guest/probe-types-remover.js';
import { Removal, type RemovalResult } from '../../src/guest/remover.js';
import { Transfer, type TransferResult } from '../../src/guest/transfer.js';
import { LastrefError } from '../../src/kit/errors.js';
import { DeadlinePassed } from '../../src/kit/wait.js';
import { Expectations } from '../../src/suite/expect.js';
import { type Expect, matchers } from '../../src/suite/matchers.js';
import { WitnessError } from '../../src/suite/witness-error.js';

interface Met {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What must come true may take its time on a busy host, in ms. */
const amply = 60_000;

/** An `expect` whose deadlines are short unless told, and what it recorded. */
function engine(deadlineMs = 400): {
  expect: Expect;
  met: Met[];
  stop: AbortController;
  expectations: Expectations;
} {
  const met: Met[] = [];
  const stop = new AbortController();
  const expectations = new Expectations({
    signal: stop.signal,
    patience: () => deadlineMs,
    record: (event, fields) => met.push({ event, fields }),
    promise: 'unbind-waits-for-pins',
  });
  return { expect: matchers(expectations), met, stop, expectations };
}

/** A removal as scripted: its samples in order (the last one stays), and how it ends. */
function removal(script: { samples?: ProcessSample[]; result?: RemovalResult; ends?: boolean }): Removal {
  const samples = [...(script.samples ?? [])];
  return Object.defineProperties(Object.create(Removal.prototype), {
    name: { value: 'unbind cmb' },
    result: { get: () => script.result ?? null },
    sample: { value: async () => (samples.length > 1 ? samples.shift() : samples[0]) },
    finished: {
      value: async (deadlineMs: number) => {
        if (script.result !== undefined) return script.result;
        throw new LastrefError(`gave up waiting for unbind cmb to return after ${deadlineMs} ms`, {
          blame: 'harness',
        });
      },
    },
  }) as Removal;
}

const blocked = (
  switches: number,
  stack = ['__schedule', 'memunmap_pages', 'devm_action_release'],
): ProcessSample => ({
  pid: 7,
  state: 'D',
  wchan: stack[0] ?? '0',
  stack,
  voluntarySwitches: switches,
  involuntarySwitches: 0,
  cpuTicks: 1,
  tsc: 1n,
});
const running: ProcessSample = { ...blocked(3, ['zap_page_range']), state: 'R', wchan: '0' };

const transfer = (result?: TransferResult): Transfer =>
  new Transfer(
    'write io1 of 4096 bytes',
    4096,
    result === undefined ? new Promise(() => undefined) : Promise.resolve(result),
  );

const buffer = (seen: { mismatches: number; words: number; detail: string }): Buffer =>
  Object.defineProperties(Object.create(Buffer.prototype), {
    name: { value: 'map1' },
    verify: { value: async () => seen },
  }) as Buffer;

const fault = (signal: string, code: string, atAddress = true): Promise<Access> =>
  Promise.resolve({ value: null, fault: { signal, code, atAddress } });
const value: Promise<Access> = Promise.resolve({ value: '0x1', fault: null });
const attempt = (errno: string | null): Promise<Attempt> =>
  Promise.resolve({ what: 'mmap of 4096 bytes', errno, result: null });

const done: RemovalResult = { errno: null, elapsedMs: 12 };

/** Name of the case, what is asked, and the event of the timeline that says it was met. */
const holds: readonly (readonly [string, (expect: Expect) => unknown, string])[] = [
  [
    'a removal that waits',
    (e) => e(removal({ samples: [running, blocked(4), blocked(4)] })).toBeBlockedIn('memunmap_pages'),
    'blocked',
  ],
  ['a removal that ends', (e) => e(removal({ result: done })).toFinish(), 'removal-finished'],
  [
    'a removal that is refused',
    (e) => e(removal({ result: { errno: 'ENODEV', elapsedMs: 1 } })).toFailWith('ENODEV'),
    'removal-refused',
  ],
  ['a transfer under way', (e) => e(transfer()).toBeInFlight(), 'still-in-flight'],
  ['a transfer that moved all', (e) => e(transfer({ bytes: 4096, errno: null })).toComplete(), 'completed'],
  [
    'a transfer that is refused',
    (e) => e(transfer({ bytes: 0, errno: 'EREMOTEIO' })).toFailWith('EREMOTEIO'),
    'completed',
  ],
  [
    'a canary as it was',
    (e) => e(buffer({ mismatches: 0, words: 512, detail: 'none' })).toBeIntact(),
    'intact',
  ],
  ['a bus error', (e) => e(fault('SIGBUS', 'BUS_ADRERR')).toRaise('SIGBUS'), 'raised'],
  ['a segmentation fault', (e) => e(fault('SIGSEGV', 'SEGV_MAPERR')).toRaise('SIGSEGV'), 'raised'],
  [
    'a fault of another code',
    (e) => e(fault('SIGSEGV', 'SEGV_ACCERR')).toRaise('SIGSEGV', 'SEGV_ACCERR'),
    'raised',
  ],
  ['a touch that goes through', (e) => e(value).toGoThrough(), 'touched'],
  ['a call that is refused', (e) => e(attempt('EINVAL')).toFailWith('EINVAL'), 'refused'],
  ['a call that succeeds', (e) => e(attempt(null)).toSucceed(), 'granted'],
  ['a value', (e) => e('available', 7).toBe(7), 'value'],
];

for (const [what, ask, event] of holds) {
  test(`${what} is what was expected, and the timeline says so`, async (t) => {
    const { expect, met } = engine(amply);
    await ask(expect);
    t.deepEqual(
      met.map((one) => one.event),
      [event],
    );
  });
}

/** Name of the case, what is asked, and what the failure must say. */
const breaks: readonly (readonly [string, (expect: Expect) => unknown, RegExp])[] = [
  [
    'a removal that came back',
    (e) => e(removal({ result: done })).toBeBlockedIn('memunmap_pages'),
    /^unbind cmb returned after 12 ms \(success\) instead of waiting in memunmap_pages$/,
  ],
  [
    'a removal that came back with an error',
    (e) => e(removal({ result: { errno: 'EIO', elapsedMs: 2 } })).toBeBlockedIn('x'),
    /returned after 2 ms \(EIO\) instead of waiting in x/,
  ],
  [
    'a removal that runs',
    (e) => e(removal({ samples: [running] })).toBeBlockedIn('memunmap_pages'),
    /unbind cmb to wait in memunmap_pages .*last: state R, stack zap_page_range/,
  ],
  [
    'a removal that waits elsewhere',
    (e) => e(removal({ samples: [blocked(4, ['msleep'])] })).toBeBlockedIn('memunmap_pages'),
    /last: state D, stack msleep/,
  ],
  [
    'a removal that never ends',
    (e) => e(removal({ samples: [blocked(1)] })).toFinish(),
    /^unbind cmb does not return: .*; state D, stack __schedule < memunmap_pages/,
  ],
  [
    'a removal that fails',
    (e) => e(removal({ result: { errno: 'EBUSY', elapsedMs: 1 } })).toFinish(),
    /^unbind cmb failed with EBUSY$/,
  ],
  [
    'a removal that is not refused',
    (e) => e(removal({ result: done })).toFailWith('ENODEV'),
    /^unbind cmb ended with success instead of ENODEV$/,
  ],
  [
    'a removal that is refused otherwise',
    (e) => e(removal({ result: { errno: 'EIO', elapsedMs: 1 } })).toFailWith('ENODEV'),
    /ended with EIO instead of ENODEV/,
  ],
  [
    'a transfer that failed',
    (e) => e(transfer({ bytes: 0, errno: 'EIO' })).toComplete(),
    /^write io1 of 4096 bytes failed with EIO$/,
  ],
  [
    'a transfer that fell short',
    (e) => e(transfer({ bytes: 512, errno: null })).toComplete(),
    /moved 512 of 4096 bytes/,
  ],
  ['a transfer that never ends', (e) => e(transfer()).toComplete(), /write io1 of 4096 bytes to complete/],
  [
    'a transfer that should have failed',
    (e) => e(transfer({ bytes: 4096, errno: null })).toFailWith('EIO'),
    /ended with 4096 bytes instead of EIO/,
  ],
  [
    'bytes of somebody else',
    (e) =>
      e(buffer({ mismatches: 3, words: 512, detail: 'first at byte 8: 0x2, expected 0x1' })).toBeIntact(),
    /^3 of 512 words of map1 are not what was written there: first at byte 8/,
  ],
  [
    'no fault',
    (e) => e(value).toRaise('SIGBUS'),
    /^a touch went through \(value 0x1\) that had to raise SIGBUS$/,
  ],
  [
    'another fault',
    (e) => e(fault('SIGSEGV', 'SEGV_MAPERR')).toRaise('SIGBUS'),
    /raised SIGSEGV SEGV_MAPERR instead of SIGBUS BUS_ADRERR/,
  ],
  [
    'another code',
    (e) => e(fault('SIGBUS', 'BUS_MCEERR_AR')).toRaise('SIGBUS'),
    /raised SIGBUS BUS_MCEERR_AR instead of SIGBUS BUS_ADRERR/,
  ],
  [
    'a fault elsewhere',
    (e) => e(fault('SIGBUS', 'BUS_ADRERR', false)).toRaise('SIGBUS'),
    /SIGBUS was raised for another address than the one touched/,
  ],
  [
    'a fault where there must be none',
    (e) => e(fault('SIGBUS', 'BUS_ADRERR')).toGoThrough(),
    /raised SIGBUS BUS_ADRERR that had to go through/,
  ],
  [
    'a call that is not refused',
    (e) => e(attempt(null)).toFailWith('EINVAL'),
    /^mmap of 4096 bytes succeeded and had to be refused with EINVAL$/,
  ],
  [
    'a call that is refused otherwise',
    (e) => e(attempt('ENOMEM')).toFailWith('EINVAL'),
    /refused with ENOMEM instead of EINVAL/,
  ],
  ['a call that fails', (e) => e(attempt('ENOMEM')).toSucceed(), /^mmap of 4096 bytes failed with ENOMEM$/],
  [
    'a value that is another',
    async (e) => e<number>('available', 6).toBe(7),
    /^available is 6 and had to be 7$/,
  ],
  [
    'a value that never comes',
    (e) => e('available', async () => 6).toBecome(7),
    /available to be 7 .*\(last: it is 6\)/,
  ],
];

for (const [what, ask, sentence] of breaks) {
  test(`${what} breaks the promise, and the message says what was seen`, async (t) => {
    const { expect, met } = engine();
    const error = await t.throwsAsync<LastrefError>(async () => ask(expect), {
      instanceOf: LastrefError,
      message: sentence,
    });
    t.like(error, { blame: 'kernel', promise: 'unbind-waits-for-pins' });
    t.deepEqual(met, []);
  });
}

test('a promise that is named at the call is the one that is broken', async (t) => {
  const { expect } = engine();
  const asks: (() => unknown)[] = [
    () => expect(value, 'zap-on-unbind').toRaise('SIGBUS'),
    () => expect(transfer({ bytes: 1, errno: null }), 'zap-on-unbind').toComplete(),
    () => expect(removal({ result: done }), 'zap-on-unbind').toBeBlockedIn('x'),
    () => expect(buffer({ mismatches: 1, words: 1, detail: '' }), 'zap-on-unbind').toBeIntact(),
    () => expect<number>('x', 1, 'zap-on-unbind').toBe(2),
    () => expect('x', async () => 1, 'zap-on-unbind').toBecome(2),
  ];
  for (const ask of asks) {
    const error = await t.throwsAsync<LastrefError>(async () => ask());
    t.is(error?.promise, 'zap-on-unbind');
  }
});

test('a removal that is scheduled in between makes progress: two looks must agree', async (t) => {
  const { expect, met, stop } = engine(amply);
  const enough = new LastrefError('looked often enough', { blame: 'harness' });
  let switches = 0;
  const sample = async (): Promise<ProcessSample> => {
    if (switches === 4) stop.abort(enough);
    return blocked(switches++);
  };
  const busy = Object.create(removal({}), { sample: { value: sample } }) as Removal;
  await t.throwsAsync(expect(busy).toBeBlockedIn('memunmap_pages'), { message: /looked often enough/ });
  t.deepEqual(met, []);
});

test('a function is told from another whose name begins alike, and found in the part the compiler split off', async (t) => {
  const at = (frame: string): Removal => removal({ samples: [blocked(1, [frame])] });
  await t.throwsAsync(engine().expect(at('memunmap_pages_later')).toBeBlockedIn('memunmap_pages'));
  await t.notThrowsAsync(engine(amply).expect(at('memunmap_pages.part.0')).toBeBlockedIn('memunmap_pages'));
});

test('a removal that a signal ends breaks the promise too', async (t) => {
  const { expect } = engine();
  const killed = Object.create(removal({}), {
    finished: {
      value: () => Promise.reject(new LastrefError('unbind cmb was killed by SIGKILL', { blame: 'kernel' })),
    },
  }) as Removal;
  const error = await t.throwsAsync<LastrefError>(expect(killed).toFinish(), {
    message: /killed by SIGKILL/,
  });
  t.is(error?.promise, 'unbind-waits-for-pins');
});

test('a probe that died is no answer of the kernel', async (t) => {
  const { expect } = engine();
  const dead = new LastrefError('the probe remover is gone', { blame: 'test' });
  const lost = Object.create(removal({}), {
    finished: { value: () => Promise.reject(dead) },
    sample: { value: () => Promise.reject(dead) },
  }) as Removal;
  t.is(await t.throwsAsync(expect(lost).toFinish()), dead);
  t.is(await t.throwsAsync(expect(lost).toFailWith('ENODEV')), dead);
});

test('a value is looked for until it comes', async (t) => {
  const { expect, met } = engine(amply);
  let available = 0;
  await expect('available', async () => ++available).toBecome(3);
  t.deepEqual(met, [{ event: 'value', fields: { what: 'available', value: 3 } }]);
});

test('when the guest ends, that is what the wait says, and no promise is called broken for it', async (t) => {
  const { expect, stop } = engine();
  const reason = new LastrefError('the guest is gone: QEMU ended', { blame: 'harness' });
  const waiting = expect(removal({ samples: [running] })).toBeBlockedIn('memunmap_pages');
  stop.abort(reason);
  const error = await t.throwsAsync<LastrefError>(waiting);
  t.is(error, reason);
  t.is(error?.promise, undefined);
});

test('what is no subject is an error of the test', (t) => {
  const { expect } = engine();
  const anything = expect as unknown as (subject: unknown) => unknown;
  for (const subject of [7, null, undefined, {}]) {
    const error = t.throws<LastrefError>(() => anything(subject), { message: /has no matchers for/ });
    t.is(error?.blame, 'test');
  }
});

test('a removal that nobody asked about again has to end: well, or somebody has to look', async (t) => {
  const { expectations } = engine();
  t.is(await expectations.endsUnasked(removal({ result: { errno: null, elapsedMs: 3 } })), null);
  t.is(
    await expectations.endsUnasked(removal({ result: { errno: 'EBUSY', elapsedMs: 3 } })),
    'nobody asked how unbind cmb ended: with EBUSY',
  );
  const error = await t.throwsAsync<WitnessError>(
    expectations.endsUnasked(removal({ samples: [blocked(1)] })),
    { instanceOf: WitnessError },
  );
  t.like(error?.seen.blocked, { what: 'unbind cmb', how: 'blocked', symbol: 'memunmap_pages' });
});

test('who asks how a removal ended has heard of it, and who only looked too soon has not', async (t) => {
  const underWay = (done: Promise<RemovalResult>): Removal =>
    new Removal('unbind cmb', Promise.resolve({ done, sample: async () => null }));
  const over = underWay(Promise.resolve({ errno: null, elapsedMs: 1 }));
  t.is(over.result, null);
  t.false(over.isHeard, 'it was asked too soon');
  await over.finished(1000);
  t.true(over.isHeard);
});

test('a removal that waits is told to wait since the first of two looks that agree', async (t) => {
  const { expect } = engine(amply);
  const samples = [blocked(3), blocked(4), blocked(4)].map((one, index) => ({ ...one, tsc: BigInt(index) }));
  t.is(await expect(removal({ samples })).toBeBlockedIn('memunmap_pages'), 1n);
});

test('a call that does not return is a wait of the test, until its probe is seen to be kept by the kernel', async (t) => {
  const { expect } = engine(20);
  const never = (): Promise<unknown> => new Promise(() => undefined);
  const error = await t.throwsAsync<DeadlinePassed>(expect('a store', never).toReturn());
  t.true(error instanceof DeadlinePassed);
  t.is(error.blame, 'test'); // what suite/stuck.ts:keptInKernel wants to see
});
