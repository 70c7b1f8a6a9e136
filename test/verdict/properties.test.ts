// What must hold of any input: a guest writes what it wants.
import test from 'ava';
import fc from 'fast-check';
import { startWords } from '../../src/verdict/rules/match.js';
import { ConsoleScanner, judgeConsole } from '../../src/verdict/scanner.js';
import type { ConsoleReport, Splat } from '../../src/verdict/types.js';
import { kasan, oops612, stack, warning73, warning612 } from './support/logs.js';

const heads = [
  'INFO: task probe:9 blocked for more than 122 seconds.',
  'watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [probe:9]',
  'WARNING: possible circular locking dependency detected',
  'probe/9 is trying to acquire lock:',
  ' #0: ffff888102345678 (cmb){....}-{3:3}, at: cmb_zap+0x1/0x20',
  'refcount_t: underflow; use-after-free.',
  'Kernel panic - not syncing: Fatal exception',
  '** 12 printk messages dropped **',
  'INFO: lockdep is turned off.',
  'Linux version 6.12.117',
  'SeaBIOS (version 1.16)',
  'Booting the kernel.',
  'Sending NMI from CPU 1 to CPUs 0:',
  'lastref: begin x',
  'RIP: 0033:0x7f00',
  '='.repeat(66),
  '---[ end trace 0000000000000000 ]---',
];
const texts = [...heads, ...kasan(), ...warning612, ...warning73, ...oops612, ...stack('cmb_a', 'cmb_b')];

/** Text that looks like a kernel's, whole, cut or glued together. */
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...texts) },
  { weight: 2, arbitrary: fc.constantFrom(...startWords) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...texts), fc.nat(60)).map(([line, at]) => line.slice(0, at)),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 40 }) },
);
const prefix = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat(400), fc.constantFrom('T1', 'T311', 'C0', 'C1'))
      .map(([time, who]) => `[${time}.000001][ ${who}] `),
  },
  { weight: 2, arbitrary: fc.nat(400).map((time) => `[${time}.5] `) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '<4>', 'login: ', '\x1b[1m', '\0', 'Nov  3 10:11:12 guest kernel: '),
  },
);
const ending = fc.constantFrom('\n', '\r\n', '\r\r\n', '\n\n', '');
const line = fc.tuple(prefix, text, ending).map((parts) => Buffer.from(parts.join(''), 'latin1'));
const log = fc.oneof(
  { weight: 5, arbitrary: fc.array(line, { maxLength: 80 }).map((lines) => Buffer.concat(lines)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)) },
);

function inPieces(bytes: Buffer, cuts: readonly number[]): { report: ConsoleReport; early: Splat[] } {
  const scanner = new ConsoleScanner({ begin: 'x', end: 'y' });
  const early: Splat[] = [];
  let from = 0;
  for (const cut of [
    ...cuts.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ]) {
    early.push(...scanner.push(bytes.subarray(from, cut)));
    from = cut;
  }
  return { report: scanner.end(), early };
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

test('any bytes, cut in any way, are judged as if they came at once', (t) => {
  fc.assert(
    fc.property(log, cuts, (bytes, parts) => {
      t.deepEqual(inPieces(bytes, parts).report, inPieces(bytes, []).report);
    }),
    { numRuns: 250 },
  );
});

test('one byte at a time is no different', (t) => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const bytes = Buffer.concat(lines);
      const each = Array.from({ length: bytes.length }, (_, i) => i / bytes.length);
      t.deepEqual(inPieces(bytes, each).report, inPieces(bytes, []).report);
    }),
    { numRuns: 60 },
  );
});

test('whatever is reported stands in the log, has a name and is bounded', (t) => {
  fc.assert(
    fc.property(log, (bytes) => {
      const { splats } = judgeConsole(bytes);
      for (const { start, end, title, class: kind, raw, aftermath, fingerprint } of splats) {
        t.true(start >= 0 && start < end && end <= bytes.length);
        t.true(title.length > 0 && title.length <= 240 && !title.includes('\n'));
        t.true(kind.length > 0 && !kind.includes('{'));
        t.true(raw.length <= 2 * bytes.length && aftermath.length <= 20);
        t.regex(fingerprint, /^[0-9a-f]{16}$/);
      }
      t.deepEqual(
        splats.map(({ title }) => title.includes('{fn}')),
        splats.map(() => false),
      );
    }),
    { numRuns: 250 },
  );
});

test('what is handed out early is in the final report, or under the splat that caused it', (t) => {
  fc.assert(
    fc.property(log, cuts, (bytes, parts) => {
      const { report, early } = inPieces(bytes, parts);
      const told = new Set(report.splats.map(({ fingerprint }) => fingerprint));
      t.deepEqual(
        early.filter(({ fingerprint }) => !told.has(fingerprint)),
        [],
      );
    }),
    { numRuns: 150 },
  );
});

test('other bytes before and behind a report, on lines of their own, do not hide it', (t) => {
  const noise = fc
    .uint8Array({ maxLength: 600 })
    .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x5b)));
  const report = Buffer.from(warning612.map((words, i) => `[   12.${100 + i}][  T311] ${words}\n`).join(''));
  fc.assert(
    fc.property(noise, noise, (before, behind) => {
      const { splats } = judgeConsole(Buffer.concat([before, Buffer.from('\n'), report, behind]));
      t.true(splats.some(({ title }) => title === 'WARNING in p2p_release'));
    }),
    { numRuns: 150 },
  );
});

/** Lines made to make a search go back and forth. */
const nasty: Readonly<Record<string, (length: number) => string>> = {
  'a line without end': (length) => 'a'.repeat(length),
  'blanks before a headline': (length) => `${' '.repeat(length)}BUG: KASAN: use-after-free in f+0x1/0x2`,
  'logins in a row': (length) => 'login: '.repeat(length / 7),
  'dropped messages in a row': (length) => '** 1 printk messages dropped ** '.repeat(length / 32),
  'half prefixes': (length) => '[ 1.0][ T'.repeat(length / 9),
  'half escapes': (length) => '\x1b['.repeat(length / 2),
  'open escapes': (length) => '\x1b]'.repeat(length / 2),
  'headlines in a row': (length) => 'BUG: WARNING: INFO: '.repeat(length / 20),
  'tasks that block': (length) => `INFO: task ${'x blocked '.repeat(length / 10)}`,
  'a warning in many brackets': (length) => `WARNING: ${'[a] '.repeat(length / 4)}`,
  'a symbol without end': (length) => ` ${'f.'.repeat(length / 2)}+0x1/0x2`,
  'a path without end': (length) => ` f ${'../a/'.repeat(length / 5)}.c:1 [inline]`,
  'a taint without end': (length) => `BUG c (Tainted: ${'G '.repeat(length / 2)}): Object corrupt`,
  'locks in a row': (length) => 'is trying to acquire lock at: '.repeat(length / 30),
  'short lines': (length) => 'is trying to acquire lock\n at:\n'.repeat(length / 31),
  'short headlines': (length) => 'BUG: KASAN: double-free in f+0x1/0x2\n'.repeat(length / 37),
  'stacks in a row': (length) => `BUG: bad\n${'Call Trace:\n f+0x1/0x2\n'.repeat(length / 23)}`,
  'a report among other CPUs': (length) =>
    Array.from({ length: length / 40 }, (_, i) => `[ 1.0][ T${i % 40}] WARNING: at f+0x1/0x2`).join('\n'),
  'a code line without end': (length) => `int3: 0000 [#1]\nCode: ${'cc '.repeat(length / 3)}`,
};

function timed(logs: readonly Buffer[]): number {
  const since = performance.now();
  for (const bytes of logs) judgeConsole(bytes);
  return performance.now() - since;
}

/** How much longer `large` takes than `small`, both of as many bytes: a busy machine slows both. Taken again when it
 * is more than `limit`, as a moment of somebody else's may have done it. */
function growth(small: readonly Buffer[], large: readonly Buffer[], limit: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 8 && best >= limit; attempt++) {
    best = Math.min(best, timed(large) / timed(small));
  }
  return best;
}

const head = 'WARNING: possible circular locking dependency detected\n';

for (const [what, make] of Object.entries(nasty)) {
  const times = (length: number, count: number): Buffer =>
    Buffer.from(`${head}${make(length)}\n`.repeat(count), 'latin1');

  test.serial(`${what}: one long log takes as long as many short ones`, (t) => {
    const [small, large] = [times(15_000, 4), times(240_000, 4)];
    // Quadratic would be 16.
    t.true(
      growth(
        Array.from({ length: 16 }, () => small),
        [large],
        5,
      ) < 5,
    );
  });

  test.serial(`${what}: long lines take as long as short ones`, (t) => {
    t.true(growth([times(240, 160)], [times(1_920, 20)], 5) < 5);
  });
}
