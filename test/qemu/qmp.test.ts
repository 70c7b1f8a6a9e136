import { Duplex } from 'node:stream';
import test from 'ava';
import { LastrefError } from '../../src/kit/errors.js';
import { Qmp, type QmpEvent, type QmpOptions } from '../../src/qemu/qmp.js';

const greeting = '{"QMP":{"version":{},"capabilities":[]}}\r\n';

interface Far {
  readonly qmp: Qmp;
  readonly events: QmpEvent[];
  readonly lines: string[];
  /** What QEMU writes, as it is. */
  say(text: string | Uint8Array): void;
  hangUp(error?: Error): void;
}

/** A QMP client whose other end is in hand: `onCommand` answers a command line. */
function connected(
  onCommand: (command: Record<string, unknown>, far: Far) => void,
  options: Partial<QmpOptions> = {},
): Far {
  const events: QmpEvent[] = [];
  const lines: string[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk, _encoding, done) => {
      for (const line of String(chunk).trim().split('\n')) onCommand(JSON.parse(line), far);
      done();
    },
  });
  const qmp = new Qmp(socket, {
    commandMs: 60_000,
    onEvent: (event) => events.push(event),
    onLine: (direction, line) => lines.push(`${direction} ${line}`),
    ...options,
  });
  const far: Far = {
    ...{ qmp, events, lines },
    say: (text) => void socket.push(text),
    hangUp: (error) => void (error === undefined ? socket.push(null) : socket.destroy(error)),
  };
  return far;
}

const obedient = ({ id, execute }: Record<string, unknown>, far: Far): void =>
  far.say(`${JSON.stringify({ return: execute, id })}\n`);
const mute = (): void => undefined;

test('the negotiation is done once QEMU has greeted, and commands return what QEMU returns', async (t) => {
  const far = connected(obedient);
  const ready = far.qmp.connect();
  far.say(greeting);
  await ready;
  t.is(await far.qmp.execute('query-status'), 'query-status');
  t.is(await far.qmp.monitor('info usernet'), 'human-monitor-command');
  t.deepEqual(
    far.lines.filter((line) => line.startsWith('out')).map((line) => JSON.parse(line.slice(4)).execute),
    ['qmp_capabilities', 'query-status', 'human-monitor-command'],
  );
  t.is(far.lines.length, 7);
});

test('replies are told apart by their ids, in whatever order and pieces they come', async (t) => {
  const ids: unknown[] = [];
  const far = connected(({ id }) => void ids.push(id));
  const both = [far.qmp.execute('one'), far.qmp.execute('two')];
  const replies = ids.reverse().map((id) => `${JSON.stringify({ return: `é${id}`, id })}\n`);
  const text = Buffer.from(replies.join(''));
  for (const byte of text) far.say(Buffer.from([byte]));
  t.deepEqual(await Promise.all(both), ['é1', 'é2']);
});

test('an event is told while a command is under way, and is no answer to it', async (t) => {
  const far = connected((command, to) => {
    to.say('{"event":"GUEST_PANICKED","data":{"action":"none"},"timestamp":{}}\n{"event":"STOP"}\n');
    obedient(command, to);
  });
  t.is(await far.qmp.execute('x'), 'x');
  t.deepEqual(far.events, [
    { event: 'GUEST_PANICKED', data: { action: 'none' } },
    { event: 'STOP', data: {} },
  ]);
});

test('what QEMU refuses is raised in its own words', async (t) => {
  const refusals: [unknown, RegExp][] = [
    [
      { class: 'GenericError', desc: "Device 'x' not found" },
      /^QEMU refused device_del: Device 'x' not found$/,
    ],
    [{ class: 'CommandNotFound' }, /^QEMU refused device_del: CommandNotFound$/],
    [{}, /^QEMU refused device_del: no reason given$/],
  ];
  for (const [error, message] of refusals) {
    const far = connected(({ id }, to) => to.say(`${JSON.stringify({ error, id })}\n`));
    const raised = await t.throwsAsync<LastrefError>(far.qmp.execute('device_del'), {
      instanceOf: LastrefError,
      message,
    });
    t.is(raised?.blame, 'harness');
  }
});

test('a command that QEMU never answers is given up with a name, and its late answer hurts nobody', async (t) => {
  let id: unknown;
  const far = connected(
    (command) => {
      id = command['id'];
    },
    { commandMs: 400 },
  );
  const error = await t.throwsAsync<LastrefError>(far.qmp.execute('quit'), {
    message: /QEMU to answer quit after/,
  });
  t.regex(error?.hint ?? '', /main loop may be wedged/);
  far.say(`${JSON.stringify({ return: {}, id })}\n`);
  const next = far.qmp.execute('again');
  far.say(`${JSON.stringify({ return: 'yes', id })}\n`);
  t.is(await next, 'yes');
});

test('a QEMU that never greets is the host’s trouble', async (t) => {
  const error = await t.throwsAsync<LastrefError>(connected(mute, { greetingMs: 20 }).qmp.connect(), {
    message: /QEMU's QMP greeting/,
  });
  t.is(error?.blame, 'host');
});

for (const [what, end] of [
  ['closes its socket', (far: Far) => far.hangUp()],
  ['breaks the connection', (far: Far) => far.hangUp(new Error('read ECONNRESET'))],
] as const) {
  test(`when QEMU ${what}, whoever waits hears of it, and so does whoever asks later`, async (t) => {
    const far = connected(mute);
    const waiting = [far.qmp.execute('one'), far.qmp.connect()];
    end(far);
    await far.qmp.closed;
    for (const one of waiting) await t.throwsAsync(one, { message: /QMP socket|ECONNRESET/ });
    await t.throwsAsync(far.qmp.execute('late'), { message: /QMP socket|ECONNRESET/ });
  });
}

for (const line of ['VNC server running', '{"QMP":', 'null', '5', '"x"', 'true']) {
  test(`the line ${line} is no QMP: everything that waits is told so`, async (t) => {
    const far = connected(mute);
    const waiting = far.qmp.execute('x');
    far.say(`${line}\n`);
    await t.throwsAsync(waiting, { message: `QEMU sent a line that is no JSON object: ${line}` });
  });
}

test('an object that is neither reply, event nor greeting is left alone', async (t) => {
  const far = connected(obedient);
  far.say('{}\n[]\n\n{"event":7}\n{"return":1,"id":99}\n');
  t.is(await far.qmp.execute('x'), 'x');
});
