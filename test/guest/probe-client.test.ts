import { PassThrough } from 'node:stream';
import test from 'ava';
import { ProbeClient, type ProbeEnd, type ProbeTransport } from '../../src/guest/probe-client.js';
import { linesOf } from '../../src/guest/probe-protocol.js';
import { deferred } from '../../src/kit/deferred.js';
import { startLocal, startP2pmem } from './probe-local.js';

/** A probe that says what the test tells it to. */
function puppet(): {
  transport: ProbeTransport;
  asked: string[];
  say: (text: string) => void;
  die: (end: ProbeEnd) => void;
} {
  const stream = new PassThrough();
  const closed = deferred<ProbeEnd>();
  const asked: string[] = [];
  return {
    transport: {
      write: (text) => void asked.push(text),
      end: () => undefined,
      lines: linesOf(stream),
      closed: closed.promise,
    },
    asked,
    say: (text) => void stream.write(`${text}\n`),
    die: (end) => {
      stream.end();
      closed.resolve(end);
    },
  };
}

test('replies find their requests in whatever order they come', async (t) => {
  const { transport, say, asked } = puppet();
  const client = new ProbeClient(transport, { name: 'p2pmem' });
  const first = client.request('touch', ['a', 0]);
  const second = client.request('verify', ['a', 1], { options: { off: 8 } });
  say('2 ok words=1');
  say('! ready');
  say('99 ok');
  say('1 err EINVAL call=mmap');
  t.deepEqual(await second, { kind: 'ok', seq: 2, fields: { words: '1' } });
  t.deepEqual(await first, { kind: 'err', seq: 1, errno: 'EINVAL', fields: { call: 'mmap' } });
  t.deepEqual(asked, ['1 touch a 0\n', '2 verify a 1 off=8\n']);
});

test('an event is seen by everyone who asks, before or after it came', async (t) => {
  const { transport, say } = puppet();
  const client = new ProbeClient(transport, { name: 'p2pmem' });
  const early = client.untilEvent('complete', (event) => event.fields['id'] === 'b');
  const same = client.untilEvent('complete');
  say('! complete id=a');
  say('! complete id=b');
  t.is((await early).fields['id'], 'b');
  t.is((await same).fields['id'], 'a');
  const late = await client.untilEvent('complete', (event) => event.fields['id'] === 'a');
  t.is(late.index, 0);
  const next = client.untilEvent('complete', () => true, { after: 1 });
  say('! complete id=c');
  t.is((await next).fields['id'], 'c');
  t.deepEqual(
    client.events('complete').map((event) => event.fields['id']),
    ['a', 'b', 'c'],
  );
});

test('a probe that never answers ends in a deadline that names probe and verb', async (t) => {
  const { transport } = puppet();
  const client = new ProbeClient(transport, { name: 'p2pmem', scale: 2 });
  t.like(await t.throwsAsync(client.request('map', ['m', 'fd', 4096], { deadlineMs: 10 })), {
    blame: 'test',
    message: 'gave up waiting for probe p2pmem to answer map after 0.0 s',
  });
  t.like(await t.throwsAsync(client.untilEvent('complete', undefined, { deadlineMs: 10 })), {
    message: 'gave up waiting for probe p2pmem to report complete after 0.0 s',
  });
});

test('a deadline scales with the guest’s slowness', (t) => {
  const { transport } = puppet();
  t.is(new ProbeClient(transport, { name: 'p', scale: 7 }).waitFor('x', { deadlineMs: 100 }).deadlineMs, 700);
  t.is(new ProbeClient(puppet().transport, { name: 'p' }).waitFor('x').deadlineMs, 30_000);
});

test('a probe that dies rejects everything that was asked and all that comes after', async (t) => {
  const { transport, die, say } = puppet();
  const client = new ProbeClient(transport, { name: 'p2pmem' });
  const reply = client.request('fill', ['m', 1]);
  const event = client.untilEvent('complete');
  say('! crash signal=SIGSEGV code=SEGV_MAPERR addr=0x10');
  die({ code: null, signal: 'SIGSEGV' });
  t.like(await t.throwsAsync(reply), {
    blame: 'test',
    message: 'probe p2pmem died: SIGSEGV SEGV_MAPERR at 0x10 (while fill was awaited)',
  });
  await t.throwsAsync(event, { message: /died/ });
  await t.throwsAsync(client.request('fill', ['m', 1]), { message: /died/ });
  await t.throwsAsync(client.untilEvent('complete'), { message: /died/ });
  await t.notThrowsAsync(client.untilEvent('crash'));
  t.deepEqual(await client.closed, { code: null, signal: 'SIGSEGV' });
});

test('what a probe said last outside the protocol is in its death notice, made harmless', async (t) => {
  const { transport, die } = puppet();
  const client = new ProbeClient(transport, { name: 'p2pmem' });
  die({ code: 127, signal: null, stderr: 'sh: p2pmem:\u001b[31m not found\n' });
  await client.closed;
  const error = await t.throwsAsync(client.request('map'));
  t.is(error.message, 'probe p2pmem died: exited with code 127: sh: p2pmem:\\x1b[31m not found');
});

test('the guest’s end ends every wait with its own reason', async (t) => {
  const { transport } = puppet();
  const guest = new AbortController();
  const client = new ProbeClient(transport, { name: 'p2pmem', signal: guest.signal });
  const reply = client.request('map', ['m']);
  const own = new AbortController();
  const event = client.untilEvent('complete', undefined, { signal: own.signal });
  own.abort(new Error('the scenario is over'));
  await t.throwsAsync(event, { message: 'the scenario is over' });
  guest.abort(new Error('the guest panicked'));
  await t.throwsAsync(reply, { message: 'the guest panicked' });
});

test('noise and floods neither stop the client nor fill the memory', async (t) => {
  const { transport, say } = puppet();
  const client = new ProbeClient(transport, { name: 'p2pmem' });
  const reply = client.request('help');
  say('\u001b[2J[  12.3] Kernel panic - not syncing');
  say('x'.repeat(200_000));
  for (let i = 0; i < 30_000; i++) say(`! tick n=${i}`);
  say('1 ok verbs=none');
  t.is((await reply).kind, 'ok');
  t.true(client.events().length <= 20_000);
  t.is(client.events().at(-1)?.fields['n'], '29999');
});

test('a probe of another name or version is refused', async (t) => {
  const { transport, say } = puppet();
  const client = new ProbeClient(transport, { name: 'p2pmem' });
  say('! ready probe=remover version=1 pid=5');
  t.like(await t.throwsAsync(client.ready(1)), {
    blame: 'harness',
    message: 'expected probe p2pmem version 1, got "remover" version "1"',
  });
});

test('every line of the conversation reaches the evidence log', async (t) => {
  const lines: string[] = [];
  const probe = await startP2pmem(t, { onLine: (direction, text) => lines.push(`${direction} ${text}`) });
  await probe.readFile('/proc/sys/kernel/ostype');
  t.regex(lines[0] ?? '', /^< ! ready probe=p2pmem version=1 pid=\d+$/);
  t.deepEqual(lines.slice(1), ['> 1 read /proc/sys/kernel/ostype', '< 1 ok res=6 value=Linux']);
});

test('a real probe exits when its input ends, unless it lingers', async (t) => {
  const probe = await startP2pmem(t);
  t.deepEqual(await probe.client.close(), { code: 0, signal: null });
  const patient = await startP2pmem(t);
  await patient.linger();
  await t.throwsAsync(patient.client.close({ deadlineMs: 200 }), { message: /probe p2pmem to exit/ });
});

test('a real probe answers lines that are no requests with an event and goes on', async (t) => {
  const lines: string[] = [];
  const probe = await startP2pmem(t, { onLine: (_, text) => lines.push(text) });
  const { compileProbe } = await import('../../src/guest/probe-build.js');
  const transport = startLocal(t, (await compileProbe('p2pmem')).path);
  const client = new ProbeClient(transport, { name: 'p2pmem' });
  for (const line of [
    'hello',
    '',
    ' ',
    '-1 x',
    `1 read ${'x'.repeat(100_000)}`,
    '\u0000',
    '5 fill %zz %00',
    '6 read a%',
    '7 x @',
  ]) {
    transport.write(`${line}\n`);
  }
  const many = `8 touch ${'a '.repeat(500)}\n`;
  transport.write(many);
  const long = await client.untilEvent('protocol', (event) => /longer/.test(event.fields['reason'] ?? ''));
  t.truthy(long);
  await t.notThrowsAsync(
    client.untilEvent('protocol', (event) => /starts with a number/.test(event.fields['reason'] ?? '')),
  );
  const reply = await client.request('read', ['/proc/sys/kernel/ostype']);
  t.is(reply.kind, 'ok');
  await probe.client.close();
});
