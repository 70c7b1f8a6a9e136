import test from 'ava';
import { Cleanup } from '../../src/kit/cleanup.js';

test('steps run in reverse order, each after the one before has ended', async (t) => {
  const order: string[] = [];
  const cleanup = new Cleanup();
  cleanup.add('first', () => order.push('first'));
  cleanup.add('second', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push('second');
  });
  t.deepEqual(await cleanup.run(), []);
  t.deepEqual(order, ['second', 'first']);
});

test('a step that fails is reported in a sentence, and those before it still run', async (t) => {
  const order: string[] = [];
  const cleanup = new Cleanup();
  cleanup.add('a', () => order.push('a'));
  cleanup.add('b', () => Promise.reject(new Error('no')));
  cleanup.add('c', () => {
    throw 'a string';
  });
  t.deepEqual(await cleanup.run(), ['c: a string', 'b: no']);
  t.deepEqual(order, ['a']);
});

test('a second run does nothing twice, and runs what was added since', async (t) => {
  let times = 0;
  const cleanup = new Cleanup();
  cleanup.add('once', () => {
    times += 1;
    cleanup.add('while running', () => {
      times += 10;
    });
  });
  await cleanup.run();
  await cleanup.run();
  t.is(times, 11);
});
