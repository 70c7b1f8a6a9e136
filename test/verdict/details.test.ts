import test from 'ava';
import { kasan, log, onlySplat, oops612, stack, warning73 } from './support/logs.js';

test('a frame keeps function, symbol, offset, size, module and whether it can be trusted', (t) => {
  const lines = [
    'BUG: kernel NULL pointer dereference, address: 0000000000000018',
    'Oops: Oops: 0002 [#1] SMP',
    'CPU: 1 UID: 0 PID: 311 Comm: probe two Tainted: G    B   W          6.12.117 #3',
    'RIP: 0010:cmb_walk.isra.0+0x5d/0x200 [cmb]',
    'Call Trace:',
    ' <TASK>',
    ' ? left_over+0x10/0x20',
    ' cmb_pin.cold+0x2f/0x100 [cmb 0123456789abcdef]',
    ' do_syscall_64+0x3f/0x110',
    ' </TASK>',
    '---[ end trace 0000000000000000 ]---',
  ];
  const splat = onlySplat(log(lines, 'T311'));
  const none = { file: null, line: null, inline: false };
  t.deepEqual(splat.stacks, [
    {
      kind: 'pointer',
      head: 'instruction pointer',
      frames: [
        {
          ...none,
          function: 'cmb_walk',
          symbol: 'cmb_walk.isra.0',
          offset: 0x5d,
          size: 0x200,
          module: 'cmb',
          unreliable: false,
        },
      ],
    },
    {
      kind: 'trace',
      head: 'Call Trace:',
      frames: [
        {
          ...none,
          function: 'left_over',
          symbol: 'left_over',
          offset: 0x10,
          size: 0x20,
          module: null,
          unreliable: true,
        },
        {
          ...none,
          function: 'cmb_pin',
          symbol: 'cmb_pin.cold',
          offset: 0x2f,
          size: 0x100,
          module: 'cmb',
          unreliable: false,
        },
        {
          ...none,
          function: 'do_syscall_64',
          symbol: 'do_syscall_64',
          offset: 0x3f,
          size: 0x110,
          module: null,
          unreliable: false,
        },
      ],
    },
  ]);
  t.like(splat, {
    task: { name: 'probe two', pid: 311 },
    cpu: 1,
    taint: 'G    B   W',
    kernel: '6.12.117',
    decoded: null,
    locks: [],
  });
});

test('a decoded log gives files and lines, inlined frames among them', (t) => {
  const lines = [
    'BUG: kernel NULL pointer dereference, address: 0000000000000018',
    'RIP: 0010:cmb_copy+0x5d/0x200 drivers/cmb.c:77',
    'Call Trace:',
    ' cmb_peek drivers/cmb.c:12 [inline]',
    ' cmb_pin+0x2f/0x100 (drivers/cmb.c:40 (discriminator 3))',
  ];
  const [pointer, trace] = onlySplat(log(lines)).stacks;
  t.like(pointer?.frames[0], { function: 'cmb_copy', file: 'drivers/cmb.c', line: 77, inline: false });
  t.like(trace?.frames[0], {
    function: 'cmb_peek',
    file: 'drivers/cmb.c',
    line: 12,
    inline: true,
    offset: null,
  });
  t.like(trace?.frames[1], { function: 'cmb_pin', file: 'drivers/cmb.c', line: 40, offset: 0x2f });
});

test('the access, and who allocated and freed, are told', (t) => {
  const splat = onlySplat(log(kasan(), 'T311'));
  t.deepEqual(splat.access, { kind: 'read', size: 8, address: 'ffff88801a2b3c40' });
  t.deepEqual(
    splat.stacks.map(({ kind, head, frames }) => [kind, head, frames.at(-1)?.function]),
    [
      ['trace', 'Call Trace:', 'do_syscall_64'],
      ['allocated', 'Allocated by task 300:', 'cmb_make'],
      ['freed', 'Freed by task 305:', 'cmb_drop'],
    ],
  );
  t.is(splat.time.first, 12);
  t.is(splat.time.last, 12.022);
  t.is(splat.taint, '');
});

const accesses: Readonly<Record<string, readonly [string[], unknown]>> = {
  'an oops': [oops612, { kind: 'read', size: null, address: '0000000000000018' }],
  'a wrong free': [
    [
      'BUG: KASAN: double-free in cmb_drop+0x1/0x20',
      'Free of addr ffff88801a2b3c40 by task probe/9',
      ...stack('cmb_drop'),
    ],
    { kind: 'free', size: null, address: 'ffff88801a2b3c40' },
  ],
  'a race': [
    [
      'BUG: KCSAN: data-race in cmb_get / cmb_put',
      '',
      'write to 0xffff888102345678 of 4 bytes by task 11 on cpu 1:',
      ' cmb_put+0x1/0x20',
    ],
    { kind: 'write', size: 4, address: '0xffff888102345678' },
  ],
  'a warning': [warning73, null],
};

for (const [what, [lines, access]] of Object.entries(accesses)) {
  test(`${what} tells ${access === null ? 'no access' : 'its access'}`, (t) => {
    t.deepEqual(onlySplat(log(lines)).access, access as typeof access & null);
  });
}

test('held locks are listed', (t) => {
  const locks = [
    '2 locks held by probe/311:',
    ' #0: ffff888102345678 (&dev->mutex){....}-{3:3}, at: cmb_unbind+0x10/0x50',
    ' #1: ffffffff82345678 (cmb_lock){+.+.}-{2:2}, at: cmb_zap+0x10/0x50',
  ];
  const lines = [
    'INFO: task probe:311 blocked for more than 122 seconds.',
    ...stack('schedule', 'cmb_zap'),
    ...locks,
  ];
  t.deepEqual(
    onlySplat(log(lines)).locks,
    locks.slice(1).map((line) => line.trim()),
  );
});
