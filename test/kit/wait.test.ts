import test from 'ava';
import { LastrefError } from '../../src/kit/errors.js';
import { until, within } from '../../src/kit/wait.js';

const never = (): Promise<never> => new Promise(() => undefined);

test('what the body returns is what the wait returns', async (t) => {
  t.is(await within({ name: 'x', deadlineMs: 60_000 }, async () => 7), 7);
});

test('what the body throws comes out as it is', async (t) => {
  const error = new Error('mine');
  t.is(await t.throwsAsync(within({ name: 'x', deadlineMs: 60_000 }, () => Promise.reject(error))), error);
});

test('a passed deadline names what was awaited, for how long, what was seen last and who is to blame', async (t) => {
  const wait = { name: 'the bus', deadlineMs: 30, blame: 'host', evidence: '/log', hint: 'walk' } as const;
  const error = await t.throwsAsync<LastrefError>(
    within(wait, never, () => 'a tram'),
    {
      instanceOf: LastrefError,
    },
  );
  t.is(error?.message, 'gave up waiting for the bus after 0.0 s (last: a tram)');
  t.like(error, { blame: 'host', evidence: '/log', hint: 'walk', exitCode: 69 });
});

test('the harness is to blame for a wait that names nobody', async (t) => {
  const error = await t.throwsAsync<LastrefError>(within({ name: 'x', deadlineMs: 1 }, never));
  t.is(error?.blame, 'harness');
});

test('the body hears of the deadline', async (t) => {
  let heard: AbortSignal | undefined;
  await t.throwsAsync(
    within({ name: 'x', deadlineMs: 5 }, (signal) => {
      heard = signal;
      return never();
    }),
  );
  t.true(heard?.aborted);
});

test('an abort ends the wait with its own reason, and a wait never begins after one', async (t) => {
  const controller = new AbortController();
  const reason = new LastrefError('the guest died', { blame: 'kernel' });
  const waiting = within({ name: 'x', deadlineMs: 60_000, signal: controller.signal }, never);
  controller.abort(reason);
  t.is(await t.throwsAsync(waiting), reason);
  let ran = false;
  const late = within({ name: 'x', deadlineMs: 60_000, signal: controller.signal }, async () => {
    ran = true;
  });
  t.is(await t.throwsAsync(late), reason);
  t.false(ran);
});

test('a wait leaves no listener behind on a signal that lives on', async (t) => {
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen);
  t.teardown(() => process.off('warning', listen));
  for (let i = 0; i < 50; i++) await within({ name: 'x', deadlineMs: 60_000, signal }, async () => i);
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(
    warnings.filter(({ name }) => name === 'MaxListenersExceededWarning'),
    [],
  );
});

test('a poll looks again until there is something to see', async (t) => {
  let looks = 0;
  const look = async (): Promise<string | undefined> => (++looks < 3 ? undefined : 'seen');
  t.is(await until({ name: 'x', deadlineMs: 60_000, everyMs: 1 }, look), 'seen');
  t.is(looks, 3);
});

test('an ordinary error is the last thing seen, and the poll goes on', async (t) => {
  let looks = 0;
  const stubborn = async (): Promise<number> => {
    looks += 1;
    throw new Error(`look ${looks > 1 ? 'again' : 'once'}`);
  };
  const error = await t.throwsAsync(until({ name: 'x', deadlineMs: 200, everyMs: 1 }, stubborn));
  t.true(looks > 1);
  t.regex(error?.message ?? '', /\(last: look again\)$/);
});

test('an error that says who is to blame ends the poll at once', async (t) => {
  const error = new LastrefError('it broke', { blame: 'kernel' });
  let looks = 0;
  const thrown = await t.throwsAsync(
    until({ name: 'x', deadlineMs: 60_000, everyMs: 1 }, async () => {
      looks += 1;
      throw error;
    }),
  );
  t.is(thrown, error);
  t.is(looks, 1);
});

test('an aborted poll looks no more', async (t) => {
  const controller = new AbortController();
  let looks = 0;
  const reason = new Error('stop');
  const polling = until(
    { name: 'x', deadlineMs: 60_000, everyMs: 1, signal: controller.signal },
    async () => {
      looks += 1;
      if (looks === 2) controller.abort(reason);
      return undefined;
    },
  );
  t.is(await t.throwsAsync(polling), reason);
  t.is(looks, 2);
});
