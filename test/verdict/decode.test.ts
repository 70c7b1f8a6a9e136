import test from 'ava';
import {
  type Decoding,
  decodeText,
  describeGaps,
  lineOf,
  otherKernel,
  placeKey,
  placesOf,
} from '../../src/verdict/decode.js';

const text = `[    5.100000][   T77] BUG: KASAN: slab-use-after-free in take_it+0x1a/0x40
[    5.100001][   T77] RIP: 0010:memunmap_pages+0x1c5/0x4a0
[    5.100002][   T77]  ? leftover.isra.0+0x10/0x20
[    5.100003][   T77]  unbind_store+0x20/0x90 [nvme]
[    5.100004][   T77] 2 locks held by sh/77:
[    5.100005][   T77]  #0: ffff888 (&dev->mutex){....}-{3:3}, at: unbind_store+0x20/0x90`;

const places = placesOf(text);
const at = (symbol: string, index = 0): string => {
  const found = places.filter((one) => one.symbol === symbol)[index];
  return found === undefined ? '' : placeKey(found);
};

test('places are found with their module, and told whether they are return addresses', (t) => {
  t.deepEqual(
    places.map(({ symbol, offset, size, module, exact }) => [symbol, offset, size, module, exact]),
    [
      ['take_it', 0x1a, 0x40, null, false],
      ['memunmap_pages', 0x1c5, 0x4a0, null, true],
      ['leftover.isra.0', 0x10, 0x20, null, false],
      ['unbind_store', 0x20, 0x90, 'nvme', false],
      ['unbind_store', 0x20, 0x90, null, false],
    ],
  );
  const warning = placesOf('WARNING: CPU: 0 PID: 1 at mm/gup.c:71 try_grab+0x1/0x9');
  t.true(warning[0]?.exact, 'where a WARN stands is an instruction');
});

const known = new Map<string, Decoding>([
  [at('take_it'), [{ fn: 'take_it', file: 'mm/take.c', line: 5 }]],
  [
    at('memunmap_pages'),
    [
      { fn: 'percpu_ref_put', file: 'include/linux/percpu-refcount.h', line: 30 },
      { fn: 'memunmap_pages', file: 'mm/memremap.c', line: 145 },
    ],
  ],
  [at('leftover.isra.0'), { why: 'the vmlinux has no such symbol', foreign: true }],
  [at('unbind_store', 1), [{ fn: 'unbind_store', file: 'drivers/base/bus.c', line: 247 }]],
]);

test('lines stand behind their places, and what was inlined comes before', (t) => {
  t.is(
    decodeText(text, known),
    `[    5.100000][   T77] BUG: KASAN: slab-use-after-free in take_it+0x1a/0x40 mm/take.c:5
[    5.100001][   T77] RIP: 0010:percpu_ref_put include/linux/percpu-refcount.h:30 [inline]
[    5.100001][   T77] RIP: 0010:memunmap_pages+0x1c5/0x4a0 mm/memremap.c:145
[    5.100002][   T77]  ? leftover.isra.0+0x10/0x20
[    5.100003][   T77]  unbind_store+0x20/0x90 [nvme]
[    5.100004][   T77] 2 locks held by sh/77:
[    5.100005][   T77]  #0: ffff888 (&dev->mutex){....}-{3:3}, at: unbind_store+0x20/0x90 drivers/base/bus.c:247`,
  );
});

test('text that was decoded before stays as it is', (t) => {
  t.is(decodeText(decodeText(text, known), known), decodeText(text, known));
});

test('the blamed function’s line is its own, not that of what was inlined into it', (t) => {
  t.deepEqual(lineOf('memunmap_pages', text, known), {
    fn: 'memunmap_pages',
    file: 'mm/memremap.c',
    line: 145,
  });
  t.is(lineOf('percpu_ref_put', text, known)?.line, 30, 'unless that is the one that is blamed');
  t.is(lineOf('leftover', text, known), null);
  t.is(lineOf(null, text, known), null);
});

test('what is not decoded is told with the reason', (t) => {
  t.is(
    describeGaps(places, known),
    'not decoded: leftover.isra.0: the vmlinux has no such symbol; unbind_store: it was not looked up',
  );
  t.is(describeGaps([], known), null);
});

test('another release or compiler is another kernel; a rebuild of the same is not', (t) => {
  const banner = 'Linux version 6.12.0 (me@host) (gcc 12, ld 2) #1 SMP Thu';
  t.is(otherKernel(banner, banner.replace('me@host', 'you@there').replace('#1', '#7')), null);
  t.regex(
    otherKernel(banner, banner.replace('6.12.0', '6.12.1')) ?? '',
    /the log is of 6\.12\.0, .*6\.12\.1/,
  );
  t.regex(otherKernel(banner, banner.replace('gcc 12', 'gcc 13')) ?? '', /gcc 13/);
  t.is(otherKernel(null, banner), null, 'a log that does not say has to be judged by its functions');
});
