import test from 'ava';
import type { RunResult } from '../../src/artifacts/result.js';
import type { ProgressEvent, ScenarioEnd } from '../../src/report/progress.js';
import type { Style } from '../../src/report/style.js';
import { styleFor } from '../../src/report/style.js';
import { closingLine, excerpt, terminalReport } from '../../src/report/terminal.js';

const log: Style = { colour: false, live: false, columns: 100 };
const terminal: Style = { colour: true, live: true, columns: 60 };

const end = (more: Partial<ScenarioEnd> = {}): ScenarioEnd => ({
  kind: 'scenario-end',
  t: 5000,
  slot: 0,
  id: 'p2pdma/write',
  outcome: 'PASS',
  durationMs: 4000,
  headline: 'kept',
  splat: null,
  evidence: 'runs/1/scenarios/p2pdma/write',
  reproduce: 'npx lastref run p2pdma/write',
  attempts: 1,
  ...more,
});

const result = (counts: Partial<RunResult['counts']>, headline = 'headline'): RunResult => ({
  id: '1',
  version: '0.1.0',
  outcome: 'PASS',
  exitCode: 0,
  headline,
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 61_000,
  kernel: { name: 'linux-6.12-kasan', release: '6.12.1', provenance: {} },
  host: {},
  counts: { FAIL: 0, ERROR: 0, MISS: 0, PASS: 0, DONE: 0, SKIP: 0, ...counts },
  scenarios: [],
});

const start: ProgressEvent = {
  kind: 'run-start',
  t: 0,
  id: '1',
  directory: 'runs/1',
  kernel: { name: 'linux-6.12-kasan', release: '6.12.1' },
  mutant: null,
  accelerator: 'tcg',
  why: 'a guest under KVM made no progress',
  jobs: 2,
  whyJobs: 'one per core',
  scenarios: 3,
};

const show = (style: Style, events: ProgressEvent[]): string => events.map(terminalReport(style)).join('');

test('a log of a whole run reads from kernel to closing line, without one escape', (t) => {
  const text = show(log, [
    start,
    { kind: 'scenario-start', t: 1000, slot: 0, id: 'p2pdma/write' },
    { kind: 'scenario-step', t: 1100, slot: 0, id: 'p2pdma/write', doing: 'booting', phase: 'boot' },
    { kind: 'scenario-step', t: 1200, slot: 0, id: 'p2pdma/write', doing: 'waiting for ssh', phase: 'boot' },
    end(),
    {
      kind: 'run-end',
      t: 61_000,
      directory: 'runs/1',
      result: result({ PASS: 2, SKIP: 1 }, 'kept its word'),
    },
  ]);
  t.deepEqual(text.split('\n'), [
    'kernel linux-6.12-kasan 6.12.1 - tcg (a guest under KVM made no progress)',
    '3 scenarios, 2 guests at a time (one per core) - runs/1',
    '....  p2pdma/write',
    '....  p2pdma/write  boot: booting',
    'PASS  p2pdma/write  4.0 s',
    '',
    'kernel linux-6.12-kasan 6.12.1 - tcg (a guest under KVM made no progress)',
    'kept its word',
    'took 1 min 01 s - evidence: runs/1',
    '2 passed, 0 failed, 1 skipped',
    '',
  ]);
  t.false(text.includes('\x1b'));
});

test('a broken promise shows its headline, at most ten lines of the splat, the evidence and how to ask again', (t) => {
  const splat = Array.from({ length: 50 }, (_, index) => `frame ${index}`).join('\n');
  const lines = show(log, [end({ outcome: 'FAIL', headline: 'the page was handed out twice', splat })]).split(
    '\n',
  );
  t.is(lines[0], 'FAIL  p2pdma/write  4.0 s');
  t.is(lines[1], '      the page was handed out twice');
  t.is(lines.filter((line) => line.startsWith('      | ')).length, 10);
  t.is(lines[11], '      | ... 41 lines more in the evidence');
  t.is(lines[12], '      evidence:  runs/1/scenarios/p2pdma/write');
  t.is(lines[13], '      reproduce: npx lastref run p2pdma/write');
});

test('a splat of ten lines is shown whole', (t) => {
  t.is(excerpt(Array.from({ length: 10 }, (_, index) => `l${index}`).join('\n')).length, 10);
  t.false(excerpt('a\nb').some((line) => line.includes('more')));
});

test('what the guest printed cannot steer the terminal', (t) => {
  const text = show(log, [
    end({
      outcome: 'FAIL',
      headline: 'x\x1b[2Jy\r\nz',
      splat: 'BUG\x1b]0;title\x07\n\u009b31mred\n\u202egnp.exe',
    }),
    { kind: 'notice', t: 1, level: 'warning', text: '\x1b[31mboo' },
  ]);
  t.notRegex(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  t.true(text.includes('\\x1b[2J'));
});

test('a skipped scenario says why, and shows no evidence', (t) => {
  t.is(
    show(log, [end({ outcome: 'SKIP', headline: 'no p2pmem/allocate before 6.2' })]),
    'SKIP  p2pdma/write  4.0 s\n      no p2pmem/allocate before 6.2\n',
  );
});

test('ERROR and MISS count as failed, and a line above says how many they were', (t) => {
  const text = show(log, [
    {
      kind: 'run-end',
      t: 1,
      directory: 'r',
      result: result({ PASS: 1, FAIL: 1, ERROR: 2, MISS: 3, DONE: 1 }),
    },
  ]);
  t.true(text.endsWith('\n2 passed, 6 failed, 0 skipped\n'));
  t.regex(text, /of the failed, 2 ERROR \(the test\) and 3 MISS \(harness or host\)/);
  t.is(closingLine(result({}).counts), '0 passed, 0 failed, 0 skipped');
});

test('a second attempt is not hidden', (t) => {
  t.true(show(log, [end({ attempts: 2 })]).includes('(attempt 2)'));
});

test('a build in a log gets a line at every tenth, not at every object', (t) => {
  const events = Array.from(
    { length: 1551 },
    (_, done): ProgressEvent => ({
      kind: 'build-progress',
      t: done,
      what: 'kernel',
      name: 'k',
      doing: 'compiling',
      done,
      expected: 1550,
      leftMs: (1550 - done) * 1000,
    }),
  );
  const lines = show(log, events).trim().split('\n');
  t.is(lines.length, 11);
  t.is(lines[1], 'kernel k: compiling 155 of 1550, 23 min 15 s left');
});

test('a live terminal redraws one line per guest below the lines that stay', (t) => {
  const report = terminalReport(terminal);
  report({ kind: 'scenario-start', t: 0, slot: 1, id: 'p2pdma/read' });
  const drawn = report({ kind: 'scenario-start', t: 0, slot: 0, id: 'p2pdma/write' });
  t.true(drawn.startsWith('\x1b[1A\x1b[0J'));
  t.regex(drawn, /\[1\] p2pdma\/write .*\n.*\[2\] p2pdma\/read/);
  const ended = report(end());
  t.true(ended.startsWith('\x1b[2A\x1b[0J'));
  t.regex(ended, /PASS.* p2pdma\/write {2}4\.0 s\n.*\[2\] p2pdma\/read 5\.0 s: starting/);
  const last = report({ kind: 'run-end', t: 6000, directory: 'r', result: result({ PASS: 2 }) });
  t.true(last.startsWith('\x1b[1A\x1b[0J'));
  t.true(last.endsWith('2 passed, 0 failed, 0 skipped\n'));
});

test('every slot has its line: what it does, for how long, and that it is idle', (t) => {
  const report = terminalReport({ ...terminal, colour: false, columns: 120 });
  report(start);
  const step = { kind: 'scenario-step', slot: 1, id: 'p2pdma/read', phase: 'boot' } as const;
  report({ kind: 'scenario-start', t: 1000, slot: 1, id: 'p2pdma/read' });
  report({ ...step, t: 2000, doing: 'waiting for a slot, 2 guests run' });
  const text = report({ kind: 'tick', t: 6000 });
  t.regex(
    text,
    /\[1\] idle\n {2}\[2\] p2pdma\/read 5\.0 s: waiting for a slot, 2 guests run \(for 4\.0 s\)\n/,
  );
  t.notRegex(report({ ...step, t: 6500, doing: 'booting' }), /\(for/);
});

test('a kernel and a rootfs that are made at the same time have a line each', (t) => {
  const doing = { kind: 'build-progress', t: 1, done: null, expected: null, leftMs: null } as const;
  const events: ProgressEvent[] = [
    { ...doing, what: 'kernel', name: 'k', doing: 'compiling' },
    { ...doing, what: 'rootfs', name: 'base', doing: 'packing' },
    { ...doing, what: 'kernel', name: 'k', doing: 'compiling' },
    { ...doing, what: 'rootfs', name: 'base', doing: 'packing' },
  ];
  t.is(show(log, events), 'kernel k: compiling\nrootfs base: packing\n');
  const report = terminalReport(terminal);
  t.regex(events.map(report).at(-1) ?? '', /kernel k: compiling.*\n.*rootfs base: packing/);
});

test('a live line is never wider than the terminal, or redrawing would eat lines above', (t) => {
  const report = terminalReport({ ...terminal, colour: false });
  const text = report({
    kind: 'scenario-step',
    t: 0,
    slot: 0,
    id: 'p2pdma/x',
    doing: 'y'.repeat(500),
    phase: 'ask',
  });
  for (const line of text.split('\n')) t.true(line.length < 60);
});

test('colours and redrawing need a terminal; NO_COLOR, TERM=dumb and CI are obeyed', (t) => {
  const tty = { isTTY: true, columns: 80 };
  t.deepEqual(styleFor(tty, { TERM: 'xterm' }), { colour: true, live: true, columns: 80 });
  t.deepEqual(styleFor({}, {}), { colour: false, live: false, columns: 100 });
  t.like(styleFor(tty, { NO_COLOR: '1' }), { colour: false, live: true });
  t.like(styleFor(tty, { TERM: 'dumb' }), { colour: false, live: false });
  t.like(styleFor(tty, { CI: 'true' }), { colour: true, live: false });
  t.like(styleFor({}, { FORCE_COLOR: '1' }), { colour: true, live: false });
});

test('why guests booted although clones were wanted is said once, with how many did', (t) => {
  const coldStarts = [{ why: 'its template could not be made: no room', guests: 3 }];
  const text = show(log, [
    start,
    { kind: 'run-end', t: 9000, result: { ...result({ PASS: 3 }), coldStarts }, directory: 'runs/1' },
  ]);
  t.regex(text, /\n3 guests booted cold: its template could not be made: no room\n/);
  t.notRegex(
    show(log, [start, { kind: 'run-end', t: 1, result: result({}), directory: 'r' }]),
    /booted cold/,
  );
});
