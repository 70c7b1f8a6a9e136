import test from 'ava';
import {
  decodeLine,
  decodeValue,
  encodeRequest,
  encodeValue,
  lineLimit,
  linesOf,
} from '../../src/guest/probe-protocol.js';
import { canaryBytes, canaryWord, ownerOfWord } from '../../src/guest/probe-protocol-canary.js';

async function* chunksOf(...chunks: (Uint8Array | string)[]): AsyncGenerator<Uint8Array | string> {
  yield* chunks;
}

async function collect(...chunks: (Uint8Array | string)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunksOf(...chunks))) lines.push(line);
  return lines;
}

test('a request is one line of encoded fields', (t) => {
  const line = encodeRequest({
    seq: 7,
    verb: 'write',
    args: ['/sys/a b', 'x=1%\n', 4096n],
    options: { off: 8, len: undefined, prot: 'é' },
    route: 'kid/grandkid',
  });
  t.is(line, '7 @kid/grandkid write /sys/a%20b x%3D1%25%0A 4096 off=8 prot=%C3%A9\n');
});

test('what is encoded decodes to itself', (t) => {
  for (const value of ['', ' ', '%', '=', '%41', 'a\tb\r\n', 'é\u{1f600}', '\u007f', '!~']) {
    t.is(decodeValue(encodeValue(value)), value);
    t.regex(encodeValue(value), /^[!-~]*$/);
  }
});

test('a request that cannot be said is refused before it is sent', (t) => {
  t.throws(() => encodeRequest({ seq: 1, verb: 'read', args: [''] }), { message: /an argument is empty/ });
  t.throws(() => encodeRequest({ seq: 1, verb: 'read', args: ['a\0b'] }), { message: /NUL/ });
  t.throws(() => encodeRequest({ seq: 1, verb: 'read', args: ['x'.repeat(lineLimit)] }), {
    message: /longer than/,
  });
});

test('replies and events come apart into names and fields', (t) => {
  t.deepEqual(decodeLine('12 ok addr=0x10 value=a%20b'), {
    kind: 'ok',
    seq: 12,
    fields: { addr: '0x10', value: 'a b' },
  });
  t.deepEqual(decodeLine('3 err EINVAL call=mmap'), {
    kind: 'err',
    seq: 3,
    errno: 'EINVAL',
    fields: { call: 'mmap' },
  });
  t.deepEqual(decodeLine('4 fault SIGBUS code=BUS_ADRERR'), {
    kind: 'fault',
    seq: 4,
    signal: 'SIGBUS',
    fields: { code: 'BUS_ADRERR' },
  });
  t.deepEqual(decodeLine('! complete id=a'), { kind: 'event', name: 'complete', fields: { id: 'a' } });
});

test('hostile lines are noise, never an exception and never half a reply', (t) => {
  const lines = [
    '',
    ' ',
    '!',
    '! ',
    '! \u001b[2Jready',
    '! UPPER x=1',
    '9'.repeat(400),
    '1',
    '1 maybe',
    '1 err',
    '1 err einval',
    '1 err E\u001b[31m',
    '1 fault BUS',
    '-1 ok',
    '1.5 ok',
    '0x1 ok',
    `1 ok ${'a=b '.repeat(400)}`,
    `1 ok a=${'x'.repeat(lineLimit)}`,
    '\u0000\u0001\u0002',
    'Kernel panic - not syncing',
  ];
  for (const line of lines) t.is(decodeLine(line).kind, 'noise', JSON.stringify(line.slice(0, 40)));
});

test('fields with hostile names and encodings are just fields', (t) => {
  const line = decodeLine('1 ok __proto__=a constructor=b =c d a=%zz b=% c=%ff%fe e=1=2');
  t.is(line.kind, 'ok');
  if (line.kind !== 'ok') return;
  t.deepEqual(Object.entries(line.fields), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['a', '%zz'],
    ['b', '%'],
    ['c', '\ufffd\ufffd'],
    ['e', '1=2'],
  ]);
  t.is(({} as { a?: string }).a, undefined);
});

test('lines are cut the same however the bytes arrive', async (t) => {
  const bytes = Buffer.from('! a x=é\r\n1 ok\n\nrest');
  const expected = ['! a x=é', '1 ok', '', 'rest'];
  t.deepEqual(await collect(bytes), expected);
  t.deepEqual(await collect(...[...bytes].map((byte) => Uint8Array.of(byte))), expected);
});

test('a line without an end is neither stored whole nor taken for two', async (t) => {
  const flood = 'x'.repeat(lineLimit);
  const lines = await collect('1 ok a=', flood, flood, flood, '\n2 ok\n');
  t.is(lines.length, 2);
  t.is(decodeLine(lines[0] ?? '').kind, 'noise');
  t.deepEqual(decodeLine(lines[1] ?? ''), { kind: 'ok', seq: 2, fields: {} });
});

test('bytes that are no UTF-8 are replaced, not refused', async (t) => {
  t.deepEqual(await collect(Uint8Array.of(0x31, 0x20, 0xff, 0xfe, 0x0a)), ['1 \ufffd\ufffd']);
});

test('a canary word tells its owner and its place', (t) => {
  for (const [seed, offset] of [
    [0, 0],
    [1, 8],
    [0xffffffff, 4096],
    [0xa5a5, 64 * 1024 * 1024 - 8],
  ] as const) {
    t.deepEqual(ownerOfWord(canaryWord(seed, offset)), { seed, offset });
  }
  t.not(canaryWord(1, 0), canaryWord(2, 0));
  t.is(canaryBytes(3, 16, 24).readBigUInt64LE(8), canaryWord(3, 24));
});
