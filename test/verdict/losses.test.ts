import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { projectRoot } from '../../src/kit/paths.js';
import { lossRows } from '../../src/verdict/losses.js';
import { noiseRows } from '../../src/verdict/noise.js';
import { judgeConsole } from '../../src/verdict/scanner.js';
import { judgeText, kasan, log, stack, warning612 } from './support/logs.js';

const silenced: readonly string[] = [
  'Future hung task reports are suppressed, see sysctl kernel.hung_task_warnings',
  'INFO: lockdep is turned off.',
  'Disabling lock debugging due to kernel taint',
  'turning off the locking correctness validator.',
  'ODEBUG: Out of memory. ODEBUG disabled',
  'DMA-API: debugging out of memory - disabling',
  'kmemleak: Cannot allocate a kmemleak_object structure',
];

for (const line of silenced) {
  test(`a reporter that fell silent is a loss: ${line}`, (t) => {
    const { splats, lost } = judgeText(log(['first', line, line]));
    t.deepEqual(splats, []);
    t.deepEqual(
      lost.map(({ kind }) => kind),
      ['reporter-off'],
    );
    t.is(lost[0]?.at, log(['first']).length);
  });
}

test('every row of losses is reachable through the fast path', (t) => {
  t.true(lossRows.length >= silenced.length);
  for (const line of silenced) t.is(judgeText(`${line}\n`).lost.length, 1, line);
});

test('lockdep that ran out of its tables is a loss and no lock bug', (t) => {
  const { splats, lost } = judgeText(
    log(['BUG: MAX_LOCKDEP_ENTRIES too low!', 'turning off the locking correctness validator.']),
  );
  t.deepEqual(
    splats.map(({ class: kind }) => kind),
    ['LOCKDEP-OFF'],
  );
  t.is(lost.length, 1);
});

test('lines that a rate limit swallowed are a loss, unless they only tell of errors', (t) => {
  const { lost } = judgeText(
    log([
      'check_something: 12 callbacks suppressed',
      'blk_print_req_error: 7 callbacks suppressed',
      'BUG: Bad page state: 3 messages suppressed',
    ]),
  );
  t.deepEqual(
    lost.map(({ kind, detail, accepted }) => [kind, detail, accepted !== undefined]),
    [
      ['dropped', '12 rate-limited lines of check_something were suppressed', false],
      ['dropped', '7 rate-limited lines of blk_print_req_error were suppressed', true],
      ['reporter-off', '3 reports of a bad page state were suppressed', false],
    ],
  );
});

test('dropped records are summed up with the place of the first', (t) => {
  const { lost } = judgeText('ok\n** 3 printk messages dropped **\n** 4 printk messages dropped **\n');
  t.deepEqual(lost, [{ kind: 'dropped', detail: '7 printk messages were dropped', at: 3 }]);
});

test('a missing marker is a loss, one of another token is missing too', (t) => {
  const options = { begin: 'p2pdma/unbind 7f', end: 'p2pdma/unbind 7f' };
  const whole = log(['lastref: begin p2pdma/unbind 7f', 'work', 'lastref: end p2pdma/unbind 7f']);
  t.deepEqual(judgeText(whole, options).lost, []);
  t.deepEqual(
    judgeText(log(['lastref: begin p2pdma/unbind 7f']), options).lost.map(({ kind }) => kind),
    ['marker-missing'],
  );
  t.is(judgeText(whole.replaceAll('7f', '80'), options).lost.length, 2);
  t.is(judgeText('', options).lost.length, 2);
});

test('splats before the begin marker count', (t) => {
  const { splats } = judgeText(log(warning612) + log(['lastref: begin x', 'lastref: end x']), {
    begin: 'x',
    end: 'x',
  });
  t.is(splats.length, 1);
});

test('a log that ends in mid line or mid report is cut, unless its end marker was seen', (t) => {
  t.deepEqual(
    judgeText('[    1.000000] nvme nvm').lost.map(({ kind }) => kind),
    ['truncated'],
  );
  t.deepEqual(
    judgeText(log(kasan()).slice(0, 400)).lost.map(({ kind }) => kind),
    ['truncated'],
  );
  t.deepEqual(judgeText('[    1.000000] lastref: end x\n[    2.000000] reb', { end: 'x' }).lost, []);
});

test('KASAN reports once unless told otherwise', (t) => {
  const boot = (words: string): string => log([`Kernel command line: console=ttyS0 ${words}`]);
  t.true(
    judgeText(boot('panic=-1') + log(kasan())).lost.some(({ detail }) => detail.includes('kasan_multi_shot')),
  );
  t.deepEqual(judgeText(boot('kasan_multi_shot') + log(kasan())).lost, []);
});

const held = log([
  'WARNING: lock held when returning to user space!',
  'sh/70 is leaving the kernel with locks still held!',
  '1 lock held by sh/70:',
  ' #0: ffff888 (&q->q_usage_counter){++++}-{0:0}, at: nvme_start_freeze+0x5c/0xc0 [nvme_core]',
]);

test('N1 is noise on the kernels it is known for, and lockdep being off then is accepted', (t) => {
  const { splats, lost } = judgeConsole(Buffer.from(held), { release: '6.12.117' });
  t.regex(splats[0]?.noise ?? '', /^N1: /);
  t.true(lost.length > 0 && lost.every(({ accepted }) => accepted !== undefined));
  t.is(judgeConsole(Buffer.from(held), { release: '6.1.100' }).splats[0]?.noise, null);
  t.is(judgeConsole(Buffer.from(held), {}).splats[0]?.noise, null);
});

test('a controller reset that is overtaken leaves queues frozen: noise of 6.12, and of no other work', (t) => {
  const left = log([
    'BUG: workqueue leaked atomic, lock or RCU: kworker/u10:0[28]',
    '     preempt=0x00000000 lock=0->2 RCU=0->0 workfn=nvme_reset_work',
    '2 locks held by kworker/u10:0/28:',
    ' #0: ffff888008b4e2a0 (&q->q_usage_counter(io)#2){++++}-{0:0}, at: nvme_start_freeze+0xca/0x140',
    'CPU: 1 UID: 0 PID: 28 Comm: kworker/u10:0 Not tainted 6.12.117 #1',
    'Call Trace:',
    ' <TASK>',
    ' dump_stack_lvl+0x8a/0xa0',
    ' process_one_work+0xeda/0x1a10',
    ' worker_thread+0x56b/0xf10',
    ' </TASK>',
  ]);
  const noiseOf = (text: string, release: string): string =>
    judgeConsole(Buffer.from(text), { release }).splats[0]?.noise ?? 'none';
  t.regex(noiseOf(left, '6.12.117'), /^N4: /);
  t.is(noiseOf(left, '7.3.4'), 'none');
  const next = left.replace('lock=0->2', 'lock=2->0').replace('=nvme_reset_work', '=nvme_scan_work');
  const after = (text: string): string =>
    judgeConsole(Buffer.from(left + text), { release: '6.12.117' }).splats[1]?.noise ?? 'none';
  t.regex(after(next), /^N4: .*still holds it against its task$/);
  t.is(after(next.replace('PID: 28', 'PID: 29')), 'none', 'another task');
  const state = (...trace: string[]): string =>
    log([
      'WARNING: inconsistent lock state',
      '6.12.117 #1 Not tainted',
      'inconsistent {SOFTIRQ-ON-W} -> {IN-SOFTIRQ-W} usage.',
      'swapper/0/0 [HC0[0]:SC1[1]:HE0:SE0] takes:',
      'ffffc90000007cb8 (&(&ssp->srcu_sup->work)->timer){+.?.}-{0:0}, at: call_timer_fn+0x10b/0x400',
      '{SOFTIRQ-ON-W} state was registered at:',
      ...['trace_hardirqs_on+0x19/0x130', '__schedule+0x8cf/0x1b60', ...trace].map((frame) => `  ${frame}`),
      'irq event stamp: 32791',
      'stack backtrace:',
      'CPU: 0 UID: 0 PID: 0 Comm: swapper/0 Not tainted 6.12.117 #1',
      'Call Trace:',
      ' <IRQ>',
      ...stack('mark_lock', '__lock_acquire', 'call_timer_fn'),
    ]);
  t.regex(after(state('worker_thread+0x270/0xf10', 'kthread+0x2f4/0x3e0')), /^N4: /, 'a worker at rest');
  t.is(after(state('process_one_work+0x1/0x9', 'worker_thread+0x270/0xf10')), 'none', 'a worker at work');
  t.is(noiseOf(state('worker_thread+0x270/0xf10'), '6.12.117'), 'none', 'nothing was left behind');
  const idle = state('worker_thread+0x270/0xf10');
  const third = judgeConsole(Buffer.from(left + idle + next.replace('PID: 28', 'PID: 0')), {
    release: '6.12.117',
  });
  t.is(third.splats[2]?.noise, null, 'a task that was only compared with the worker');
  t.is(noiseOf(left.replace('workfn=nvme_reset_work', 'workfn=nvme_delete_work'), '6.12.117'), 'none');
});

test('lockdep that dies over what N4 left behind is noise, and nothing else that kills is', (t) => {
  const console = readFileSync(path.join(projectRoot, 'test/verdict/logs/017.log'), 'latin1');
  const noiseOf = (text: string): (string | null | undefined)[] =>
    judgeConsole(Buffer.from(text, 'latin1'), { release: '6.12.117' }).splats.map(({ noise }) => noise);
  const [, , death] = noiseOf(console);
  t.regex(death ?? '', /^N4: .*still holds it against its task$/);
  const oops = console.indexOf('Oops: general protection fault');
  const otherwise = (change: (text: string) => string): string | null | undefined =>
    noiseOf(console.slice(0, oops) + change(console.slice(oops))).at(-1);
  t.is(
    otherwise((text) => text),
    death,
  );
  t.is(
    otherwise((text) => text.replaceAll('RIP: 0010:__lock_acquire', 'RIP: 0010:nvme_irq')),
    null,
  );
  t.is(
    otherwise((text) => text.replace('PID: 33 ', 'PID: 34 ')),
    null,
    'another task',
  );
  const unwarned = console.slice(0, console.indexOf('------------[ cut here')) + console.slice(oops - 24);
  t.is(noiseOf(unwarned).at(-1), null, 'lockdep did not warn of it before');
});

test('the same title from another function is no noise', (t) => {
  const other = held.replace('nvme_start_freeze', 'nvme_start_freezer');
  t.is(judgeConsole(Buffer.from(other), { release: '6.12.117' }).splats[0]?.noise, null);
});

test('a row that must be declared marks only when it is', (t) => {
  const gup = log([
    'WARNING: CPU: 0 PID: 9 at mm/gup.c:2633 is_valid_gup_args+0x1/0x20',
    'RIP: 0010:is_valid_gup_args+0x1/0x20',
    ...stack('pin_user_pages', 'gup_test_ioctl'),
    '---[ end trace 0000000000000000 ]---',
  ]);
  t.is(judgeConsole(Buffer.from(gup), { release: '6.12.117' }).splats[0]?.noise, null);
  const told = judgeConsole(Buffer.from(gup), { release: '6.12.117', expected: ['gup-longterm'] });
  t.regex(told.splats[0]?.noise ?? '', /^gup-longterm: /);
});

test('rows of noise are exact: no wildcard in a title', (t) => {
  for (const row of noiseRows) {
    t.notRegex(row.title, /[*?{}|]/);
    t.false(row.kernels('99.1.0'), `${row.id} holds for every kernel`);
  }
});

test('a row that was seen on two series holds for those in between, and for no other', (t) => {
  const row = noiseRows.find(({ id }) => id === 'N2');
  const holds = ['6.1.100', '6.11.9', '6.12.117', '6.18-rc1', '7.0.1', '7.3.4', '7.4.0', '8.0'].filter(
    (release) => row?.kernels(release),
  );
  t.deepEqual(holds, ['6.12.117', '6.18-rc1', '7.0.1', '7.3.4']);
});

test('dropped records are counted behind a line that was not finished, whatever else the log has', (t) => {
  const half = '[   70.000001][    C0] half a li** 12 printk messages dropped **';
  for (const before of ['', '\x1b[1m\n'])
    for (const behind of ['\n', '\r\n[  130.500000] ok\n', '[  130.500000] nvme nvme0: ready\n']) {
      const { lost } = judgeText(before + half + behind);
      t.deepEqual(lost, [{ kind: 'dropped', detail: '12 printk messages were dropped', at: before.length }]);
    }
});

test('a headline before dropped records is kept, whatever comes behind them', (t) => {
  const headline = '[   70.000001][  T311] BUG: KASAN: slab-use-after-free in cmb_peek+0x12/0x80';
  for (const behind of ['\n', '[  130.500000] ok\n']) {
    const { splats, lost } = judgeText(`${headline}** 12 printk messages dropped **${behind}`);
    t.regex(splats[0]?.title ?? '', /KASAN: slab-use-after-free.* in cmb_peek/);
    t.true(lost.some(({ kind }) => kind === 'dropped'));
  }
});
