import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { EventLog, mergeTimeline, readEvents } from '../../src/artifacts/events.js';
import type { Event } from '../../src/artifacts/result.js';
import { scratch } from './support/sample-run.js';

const at = (t: number, event: string): Event => ({ t, source: 'probe', event });

test('events are read back in the order in which they were written, with their extra fields', async (t) => {
  const file = path.join(await scratch(t), 'events.jsonl');
  const log = new EventLog(file);
  log.append({ source: 'scenario', event: 'step', step: 'disk.hold()' });
  log.append({ source: 'qmp', event: 'STOP', data: { a: [1, 2] } });
  log.close();
  const { events, damaged } = await readEvents(file);
  t.is(damaged, 0);
  t.like(events[0], { source: 'scenario', event: 'step', step: 'disk.hold()' });
  t.like(events[1], { source: 'qmp', event: 'STOP', data: { a: [1, 2] } });
});

test('time has three decimals and never goes back, even when the clock or a late event does', async (t) => {
  const ticks = [1000, 1001.23456, 1000.5, 1003];
  const log = new EventLog(path.join(await scratch(t), 'e'), { now: () => ticks.shift() ?? 0 });
  t.teardown(() => log.close());
  t.is(log.append({ source: 'run', event: 'a' }).t, 1.235);
  t.is(log.append({ source: 'run', event: 'b' }).t, 1.235);
  t.is(log.append({ source: 'run', event: 'late', t: 0.5 }).t, 1.235);
  t.is(log.append({ source: 'run', event: 'c' }).t, 3);
});

test('a line that was cut by a kill is counted and the rest is read', async (t) => {
  const file = path.join(await scratch(t), 'e');
  const log = new EventLog(file);
  log.append({ source: 'run', event: 'whole' });
  log.close();
  await appendFile(file, '{"t":12.5,"source":"ru');
  const { events, damaged } = await readEvents(file);
  t.deepEqual(
    events.map(({ event }) => event),
    ['whole'],
  );
  t.is(damaged, 1);
});

test('JSON that is no event is damage too', async (t) => {
  const file = path.join(await scratch(t), 'e');
  await appendFile(file, 'null\n[1]\n{"t":"1","source":"run","event":"x"}\n');
  t.deepEqual(await readEvents(file), { events: [], damaged: 3 });
});

test('no file is no events', async (t) => {
  t.deepEqual(await readEvents(path.join(await scratch(t), 'absent')), { events: [], damaged: 0 });
});

test('what a guest sends is bounded: long strings, long lists, deep nesting', async (t) => {
  const file = path.join(await scratch(t), 'e');
  const log = new EventLog(file);
  const deep: Record<string, unknown> = {};
  let inner = deep;
  for (let i = 0; i < 1000; i++) inner = inner['x'] = {} as Record<string, unknown>;
  log.append({
    source: 'probe',
    event: 'flood',
    text: 'A'.repeat(1_000_000),
    list: Array(100_000).fill(1),
    deep,
  });
  log.close();
  t.true((await readFile(file)).length < 10_000);
  const [event] = (await readEvents(file)).events;
  t.regex(String(event?.['text']), /^A{4096}\.\.\. \(995904 characters more\)$/);
});

test("two writers of one file never tear each other's lines", async (t) => {
  const file = path.join(await scratch(t), 'e');
  const logs = [new EventLog(file), new EventLog(file)];
  for (let i = 0; i < 200; i++)
    for (const log of logs) log.append({ source: 'run', event: 'e', pad: 'x'.repeat(i) });
  for (const log of logs) log.close();
  const { events, damaged } = await readEvents(file);
  t.is(events.length, 400);
  t.is(damaged, 0);
});

test('a timeline of several sources is ordered by time, and by source at the same time', (t) => {
  const merged = mergeTimeline([[at(1, 'a1'), at(5, 'a5')], [at(0, 'b0'), at(5, 'b5')], [at(3, 'c3')]]);
  t.deepEqual(
    merged.map(({ event }) => event),
    ['b0', 'a1', 'c3', 'a5', 'b5'],
  );
});
