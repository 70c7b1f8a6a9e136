import test from 'ava';
import { AnchorSearch, compileAnchors } from '../../src/verdict/anchors.js';
import { canonicalFunction } from '../../src/verdict/blame.js';
import { normalise } from '../../src/verdict/fingerprint.js';
import { parseFrame, parseItem } from '../../src/verdict/frame.js';
import { parseLine, readable } from '../../src/verdict/line.js';
import { lossWords } from '../../src/verdict/losses.js';
import { requiredLiteral } from '../../src/verdict/rules/literal.js';
import { startWords } from '../../src/verdict/rules/match.js';
import { kasan, log, onlySplat, warning73, warning612 } from './support/logs.js';

const prefixes: readonly (readonly [string, string, number | null, string])[] = [
  ['[   12.345678] text', 'console', 12.345678, 'text'],
  ['[   12.345678][  T311] text\r\n', 'T311', 12.345678, 'text'],
  ['[    0.000000][    C0] text', 'C0', 0, 'text'],
  ['<4>[   12.345678] text', 'console', 12.345678, 'text'],
  ['[   12.345678]  [4:    kworker/4:1: 1608] text', 'T1608', 12.345678, 'text'],
  ['[   12.345678]  (4)[1608:kworker/4:1]text', 'T1608', 12.345678, 'text'],
  ['[   12.345678]  [<ffffffff81234567>] text', 'console', 12.345678, ' [<ffffffff81234567>] text'],
  ['guest login: [   12.345678][   T1] text', 'T1', 12.345678, 'text'],
  ['** replaying previous printk message **[   12.5][  T1] text', 'T1', 12.5, 'text'],
  ['[Sun Nov 22 08:10:40 2026] text', 'console', null, 'text'],
  ['text alone', '', null, 'text alone'],
  ['\x1b[32m[   12.345678] \x1b[1mtext\x1b[0m', 'console', 12.345678, 'text'],
  ['Nov  3 10:11:12 guest kernel: [   12.345678] text', 'console', 12.345678, 'text'],
];

for (const [raw, caller, time, text] of prefixes) {
  test(`the prefix of ${JSON.stringify(raw)} is taken off`, (t) => {
    const line = parseLine(raw, 100);
    t.like(line, { caller, time, text, start: 100, end: 100 + raw.length });
  });
}

test('dropped records are counted, with and without text behind them', (t) => {
  t.like(parseLine('** 17 printk messages dropped **', 0), { dropped: 17, text: '' });
  t.like(parseLine('** 4 printk messages dropped ** [   1.5] Call Trace:', 0), {
    dropped: 4,
    time: 1.5,
    text: 'Call Trace:',
  });
});

test('bytes that are no UTF-8 become replacement characters', (t) => {
  t.is(readable('gr\xc3\xbcn \xff'), 'grün \ufffd');
});

const frames: readonly (readonly [string, string, boolean])[] = [
  [' cmb_copy+0x2a/0x90', 'cmb_copy', true],
  [' ? cmb_copy+0x2a/0x90', 'cmb_copy', false],
  [' [<ffffffff81234567>] ? cmb_copy+0x2a/0x90', 'cmb_copy', false],
  [' [<ffffffff81234567>] cmb_copy.isra.0+0x2a/0x90 [cmb]', 'cmb_copy', true],
  ['[<80392834>] (callee+0x1c) from [<8049631c>] (cmb_copy+0xfc/0x4b8)', 'cmb_copy', true],
  [' cmb_copy drivers/cmb.c:12 [inline]', 'cmb_copy', true],
  [' cmb_copy.cold+0x2a/0x90 (unreliable)', 'cmb_copy', false],
];

for (const [text, fn, sure] of frames) {
  test(`a frame is read from ${JSON.stringify(text)}`, (t) => t.like(parseFrame(text), { fn, sure }));
}

test('what is no frame is none', (t) => {
  for (const text of ['', 'R10: 0000000000000000 R11: 1', 'cmb: loaded', ' <TASK>', 'Code: 00 <0f> 0b'])
    t.is(parseFrame(text), null);
});

test('instruction pointers of all sorts are told from user ones', (t) => {
  t.like(parseItem('RIP: 0010:cmb_copy+0x2a/0x90', 0), { kind: 'pointer', fn: 'cmb_copy', user: false });
  t.like(parseItem('RIP: 0033:0x47b7a0', 0), { kind: 'pointer', fn: null, user: true });
  t.like(parseItem('pc : cmb_copy+0x2a/0x90', 0), { kind: 'pointer', fn: 'cmb_copy' });
  t.like(parseItem('PC is at cmb_copy+0x2a/0x90', 0), { kind: 'pointer', fn: 'cmb_copy' });
  t.like(parseItem('RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] cmb_copy+0x2a/0x90', 0), {
    fn: 'cmb_copy',
  });
  t.like(parseItem('RIP: 0010:0x0', 0), { kind: 'pointer', fn: null, user: false });
});

test('system calls have one name on all architectures', (t) => {
  t.is(canonicalFunction('__x64_sys_mmap'), 'sys_mmap');
  t.is(canonicalFunction('__arm64_sys_mmap'), 'sys_mmap');
  t.is(canonicalFunction('__se_sys_mmap'), 'mmap');
  t.is(canonicalFunction('cmb_copy'), 'cmb_copy');
});

test('a fingerprint outlives addresses, pids, offsets, times and kernels, not another function', (t) => {
  const one = onlySplat(log(kasan()));
  const moved = kasan('probe/4711').map((line) =>
    line
      .replace('ffff88801a2b3c40', 'ffff888fffff0000')
      .replace(/\+0x[0-9a-f]+\/0x[0-9a-f]+/, '+0x77/0x99')
      .replace('6.12.117', '6.12.118'),
  );
  t.is(onlySplat(log(moved, 'T9')).fingerprint, one.fingerprint);
  t.is(onlySplat(log(warning73)).fingerprint, onlySplat(log(warning612)).fingerprint);
  const other = kasan().map((line) => line.replaceAll('cmb_take', 'cmb_give'));
  t.not(onlySplat(log(other)).fingerprint, one.fingerprint);
});

test('a decoded log has the fingerprint of the same log as it was', (t) => {
  const plain = log(kasan());
  const decoded = kasan().flatMap((line) => {
    const frame = /^ ((\w+)\+0x\S+)$/.exec(line);
    if (frame === null) return [line];
    return [` ${frame[2]}_inner drivers/cmb.c:7 [inline]`, ` ${frame[1]} drivers/cmb.c:77`];
  });
  const [before, after] = [onlySplat(plain), onlySplat(log(decoded))];
  t.like(after, { title: before.title, function: before.function, fingerprint: before.fingerprint });
  t.is(after.file, 'drivers/cmb.c');
});

test('numbers and addresses are evened out, names with a digit are not', (t) => {
  t.is(normalise('ath10k at 0xdead pid 12 ffff88801a2b3c40'), 'ath10k at ADDR pid NUM ADDR');
  t.is(
    normalise('cfg80211 on CPU#3 at net/x.c:17, run 12345678times'),
    'cfg80211 on CPU at net/x.c:LINE, run NUMtimes',
  );
});

test('the facts of a report are told', (t) => {
  const { facts } = onlySplat(log(kasan()));
  t.like(facts, {
    access: 'Read',
    size: '8',
    address: 'ffff88801a2b3c40',
    task: 'probe',
    pid: '311',
    cpu: '1',
    taint: 'Not tainted',
    allocated: 'kasan_save_stack\ncmb_make',
    freed: 'kasan_save_stack\ncmb_drop',
  });
  t.like(onlySplat(log(warning73)).facts, { cpu: '1', task: 'remover', pid: '92' });
});

test('the fast path finds every word wherever it stands', (t) => {
  const words = [...startWords, ...lossWords];
  const patterns = compileAnchors(words);
  for (const word of words) {
    const block = `nothing here\nbefore ${word} behind\nnothing\n`;
    const at = new AnchorSearch(patterns).find(block, 0);
    t.true(at >= 13 && at < block.indexOf('behind'), word);
  }
  t.is(new AnchorSearch(patterns).find('nvme nvme0: 2/0/0 default/read/poll queues\n', 0), -1);
});

const literals: readonly (readonly [RegExp, string])[] = [
  [/BUG: KASAN: (?<kind>[a-z-]+) in /, 'BUG: KASAN: '],
  [/(?:INFO|WARNING): suspicious RCU usage/, ': suspicious RCU usage'],
  [/at (?<file>lib\/refcount\.c):\d+ /, 'lib/refcount.c'],
  [/one|another/, ''],
  [/a(?:long|other) tail/, ' tail'],
  [/(?:maybe this )?always/, 'always'],
  [/colou?r \[x]{2}/, 'colo'],
  [/word(?!not this)s/, 'word'],
  [/Any Case/i, ''],
];

for (const [pattern, literal] of literals) {
  test(`what ${pattern} cannot do without is told`, (t) => t.is(requiredLiteral(pattern), literal));
}
