import test from 'ava';
import { deferred } from '../../src/kit/deferred.js';

test('the ends of a promise are in hand', async (t) => {
  const yes = deferred<number>();
  yes.resolve(3);
  t.is(await yes.promise, 3);
  const no = deferred<number>();
  no.reject(new Error('no'));
  await t.throwsAsync(no.promise, { message: 'no' });
});

test('a rejection that nobody has awaited yet is not an unhandled one', async (t) => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listen);
  t.teardown(() => process.off('unhandledRejection', listen));
  const late = deferred<void>();
  late.reject(new Error('nobody listens'));
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(unhandled, []);
  await t.throwsAsync(late.promise, { message: 'nobody listens' });
});
