import test from 'ava';
import { ConsoleScanner, judgeConsole } from '../../src/verdict/scanner.js';
import {
  judgeText,
  kasan,
  log,
  onlySplat,
  oops612,
  stack,
  untagged,
  warning73,
  warning612,
} from './support/logs.js';

const noise = ['nvme nvme0: 2/0/0 default/read/poll queues', 'random: crng init done'];

test('a clean log is clean, and an empty one too', (t) => {
  t.deepEqual(judgeText(log(noise)), { splats: [], lost: [] });
  t.deepEqual(judgeText(''), { splats: [], lost: [] });
});

test('how a log is cut into chunks changes nothing', (t) => {
  const text = [
    log(noise),
    log(kasan()),
    'login: (none)\r\n\xff\xfe half a character \xc3\r\n',
    log(warning73, 'T92'),
    '** 17 printk messages dropped **\r\n',
    log(oops612, 'T311'),
    log(['INFO: lockdep is turned off.', 'lastref: end x']),
    '[   99.000000] cut off in the mid',
  ].join('');
  const bytes = Buffer.from(text, 'latin1');
  const whole = judgeConsole(bytes, { begin: 'x', end: 'x' });
  t.true(whole.splats.length >= 3);
  for (const size of [1, 2, 7, 64, 1000]) {
    const scanner = new ConsoleScanner({ begin: 'x', end: 'x' });
    for (let at = 0; at < bytes.length; at += size) scanner.push(bytes.subarray(at, at + size));
    t.deepEqual(scanner.end(), whole, `chunks of ${size} bytes`);
  }
});

test('offsets are bytes of the raw log, whatever bytes stand before', (t) => {
  const before = Buffer.from('\x1b[2J\x1b[1;1Hgr\u00fc\u00df dich \ufffd\0\0\r\n', 'utf8');
  const bytes = Buffer.concat([before, Buffer.from(log(noise) + log(warning612) + log(noise))]);
  const [splat] = judgeConsole(bytes).splats;
  t.is(splat?.start, before.length + log(noise).length);
  const cut = bytes.subarray(splat?.start, splat?.end).toString();
  t.true(cut.includes('cut here'));
  t.true(cut.endsWith('---[ end trace 0000000000000000 ]---\r\n'));
  t.is(splat?.raw, cut);
});

test('a report is found without times, with CRLF, behind a login prompt and with colours', (t) => {
  t.is(onlySplat(`${kasan().join('\n')}\n`).function, 'cmb_take');
  t.is(onlySplat(`guest login: ${log(kasan())}`).function, 'cmb_take');
  t.is(onlySplat(log(warning612).replaceAll('WARNING', '\x1b[31mWARNING')).function, 'p2p_release');
  t.is(onlySplat(log(warning612).replaceAll('WARNING', '\0\0WARNING')).function, 'p2p_release');
});

test('reports that two callers write at once are taken apart', (t) => {
  const a = log(kasan(), 'T311').split('\n');
  const b = log(warning73, 'T92').split('\n');
  const mixed = a
    .flatMap((line, i) => [line, ...(b[i] === undefined || b[i] === '' ? [] : [b[i]])])
    .join('\n');
  const { splats } = judgeText(mixed);
  t.deepEqual(
    splats.map(({ title, corrupted }) => [title, corrupted]),
    [
      ['KASAN: slab-use-after-free Read in cmb_take', null],
      ['WARNING in p2p_release', null],
    ],
  );
  t.is(splats[0]?.facts['freed'], 'kasan_save_stack\ncmb_drop');
});

test('lines of programs between those of a report do not spoil it', (t) => {
  const lines = log(kasan())
    .split('\n')
    .flatMap((line) => [line, 'executing step 4']);
  const splat = onlySplat(lines.join('\n'));
  t.is(splat.title, 'KASAN: slab-use-after-free Read in cmb_take');
  t.is(splat.corrupted, null);
});

test('a report that another one cuts off says so', (t) => {
  const { splats } = judgeText(untagged([...kasan().slice(0, 3), ...warning612]));
  t.is(splats.length, 2);
  t.is(splats[0]?.function, 'cmb_take');
  t.not(splats[0]?.corrupted ?? null, null);
  t.is(splats[1]?.corrupted, null);
});

test('records that were dropped inside a report damage it', (t) => {
  const lines = log(kasan()).split('\n');
  lines.splice(8, 3, '** 40 printk messages dropped **');
  const { splats, lost } = judgeText(lines.join('\n'));
  t.regex(splats[0]?.corrupted ?? '', /dropped/);
  t.deepEqual(
    lost.map(({ kind }) => kind),
    ['dropped'],
  );
});

test('a panic is the aftermath of the warning before it, whoever prints it', (t) => {
  const panic = [
    'Kernel panic - not syncing: kernel: panic_on_warn set ...',
    '---[ end Kernel panic - not syncing: kernel: panic_on_warn set ... ]---',
  ];
  for (const text of [
    log([...warning612, ...panic]),
    log(warning612) + log(panic, 'T1'),
    untagged([...warning612, ...panic]),
  ]) {
    const splat = onlySplat(text);
    t.is(splat.title, 'WARNING in p2p_release');
    t.regex(splat.aftermath[0] ?? '', /panic_on_warn/);
    t.true(splat.fatal);
  }
});

test('the stack of a report may come behind the panic it led to', (t) => {
  const splat = onlySplat(
    log([
      'WARNING: CPU: 0 PID: 4 at fs/cmb.c:9 cmb_put+0x1/0x20',
      'Kernel panic - not syncing: panic_on_warn set ...',
      ...stack('panic', '__warn', 'cmb_put', 'cmb_exit'),
    ]),
  );
  t.is(splat.function, 'cmb_put');
  t.is(splat.corrupted, null);
});

test('a panic whose report is missing is a damaged report of its own', (t) => {
  const splat = onlySplat(log(['Kernel panic - not syncing: Fatal exception in interrupt']));
  t.is(splat.title, 'kernel panic: Fatal exception');
  t.not(splat.corrupted, null);
});

test('the oops that follows a KASAN report of the same task is its aftermath', (t) => {
  const { splats } = judgeText(log(kasan(), 'T311') + log(oops612, 'T311'));
  t.is(splats.length, 1);
  t.deepEqual(splats[0]?.aftermath, ['BUG: unable to handle kernel NULL pointer dereference in gup_walk']);
  t.true(splats[0]?.fatal);
});

test('what a kernel reports after an oops is listed under the oops', (t) => {
  const { splats } = judgeText(log(oops612, 'T311') + log(warning612, 'T92'));
  t.is(splats.length, 1);
  t.deepEqual(splats[0]?.aftermath, ['WARNING in p2p_release']);
});

test('two independent warnings are two splats, in order', (t) => {
  const other = warning612.map((line) => line.replaceAll('p2p_release', 'cmb_unmap'));
  const { splats } = judgeText(log(warning612) + log(noise) + log(other));
  t.deepEqual(
    splats.map(({ function: fn }) => fn),
    ['p2p_release', 'cmb_unmap'],
  );
});

test('a splat is handed out as soon as it is complete', (t) => {
  const scanner = new ConsoleScanner();
  const early = scanner.push(Buffer.from(log(oops612.slice(0, -2), 'T311')));
  t.is(early[0]?.function, 'gup_walk');
  t.true(early[0]?.fatal);
  t.deepEqual(scanner.push(Buffer.from(log(oops612.slice(-2), 'T311') + log(noise, 'T311'))), []);
  t.is(scanner.end().splats.length, 1);
});

test('a guest that prints its old log does not report twice', (t) => {
  const text = log(warning612);
  t.is(judgeText(text + log(noise) + text).splats.length, 1);
});

test("a log daemon's copies are no new reports, but a log of such lines alone is read", (t) => {
  const copies = log(warning612)
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => `Nov  3 10:11:12 guest kernel: ${line}\n`)
    .join('');
  t.is(judgeText(log(noise) + copies).splats.length, 0);
  t.is(onlySplat(copies).function, 'p2p_release');
});

test('a kernel that boots again behind its own lines is a reboot, the first boot is not', (t) => {
  const boot =
    'SeaBIOS (version 1.16)\nBooting from ROM...\nDecompressing Linux... done.\nBooting the kernel.\n[    0.000000] Linux version 6.12.117\n';
  t.is(judgeText(boot + log(noise)).splats.length, 0);
  const again = judgeText(boot + log(noise) + boot);
  t.deepEqual(
    again.splats.map(({ class: kind }) => kind),
    ['REBOOT'],
  );
});

test('endless lines and endless reports stay bounded', (t) => {
  const scanner = new ConsoleScanner();
  const line = Buffer.alloc(1 << 20, 0x41);
  for (let i = 0; i < 8; i++) scanner.push(line);
  scanner.push(Buffer.from('\n'));
  const short = log([
    'BUG: Bad rss-counter state mm:00000000f1 type:MM_FILEPAGES val:2',
    'BUG: non-zero pgtables_bytes on freeing mm: 4096',
  ]);
  for (let i = 0; i < 60; i++)
    scanner.push(Buffer.from(short.replaceAll('[   12.', `[  ${100 + i}.`).repeat(100)));
  const { splats, lost } = scanner.end();
  t.true(splats.length <= 10_000);
  t.true(lost.some(({ kind }) => kind === 'unscanned'));
});

test('a report that never ends is kept with a bound', (t) => {
  const long = Array.from({ length: 20_000 }, (_, i) => ` frame_${i}+0x1/0x20`);
  const splat = onlySplat(log([...warning612.slice(0, 6), ...long]));
  t.is(splat.function, 'p2p_release');
  t.true(splat.raw.length < 200_000);
});

test('a plain WARNING: of a program is no report, of the kernel it is', (t) => {
  const program = 'WARNING: package list is old\n';
  t.deepEqual(judgeText(log(noise) + program).splats, []);
  t.is(
    onlySplat(log([...noise, 'usb 5-1: WARNING: support is incomplete'])).title,
    'WARNING: support is incomplete',
  );
});

test('a clock that goes back is another boot: its reports stand alone', (t) => {
  const late = log(oops612, 'T311').replaceAll('[   12.', '[  912.');
  const { splats } = judgeText(late + log(warning612, 'T92'));
  t.deepEqual(
    splats.map(({ function: fn }) => fn),
    ['gup_walk', 'p2p_release'],
  );
});

test('what comes long after an oops stands alone as well', (t) => {
  const late = log(warning612, 'T92').replaceAll('[   12.', '[  912.');
  t.is(judgeText(log(oops612, 'T311') + late).splats.length, 2);
});

test('lockdep that complains while a report is printed is its aftermath', (t) => {
  const { splats } = judgeText(
    log(
      [...kasan().slice(0, 9), 'WARNING: possible circular locking dependency detected', ...kasan().slice(9)],
      'T311',
    ),
  );
  t.is(splats.length, 1);
  t.regex(splats[0]?.aftermath[0] ?? '', /circular/);
});

test('a CPU that loops is one bug, whichever detectors see it; one that loops elsewhere is another', (t) => {
  const lockup = (fn: string): string[] => [
    'watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [probe:311]',
    'CPU: 1 UID: 0 PID: 311 Comm: probe Not tainted 6.12.117 #3',
    `RIP: 0010:${fn}+0x2a/0x90`,
    ...stack(fn, 'cmb_write', 'vfs_write', 'do_syscall_64'),
  ];
  const stall = [
    'rcu: INFO: rcu_preempt self-detected stall on CPU',
    'NMI backtrace for cpu 1',
    ...stack('dump_stack_lvl', 'rcu_sched_clock_irq', 'asm_sysvec_apic_timer_interrupt'),
    'RIP: 0010:cmb_spin+0x1/0x20',
    ' cmb_write+0x1/0x20',
    ' vfs_write+0x1/0x20',
  ];
  const { splats } = judgeText(log(lockup('cmb_spin'), 'C1') + log(stall, 'C1'));
  t.deepEqual(
    splats.map(({ title, aftermath }) => [title, aftermath]),
    [['BUG: soft lockup in cmb_write', ['INFO: rcu detected stall in cmb_write']]],
  );
  const elsewhere = lockup('other').map((line) => line.replace('cmb_write', 'dev_write'));
  t.is(judgeText(log(elsewhere, 'C1') + log(stall, 'C1')).splats.length, 2);
});
