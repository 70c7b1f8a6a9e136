import test from 'ava';
import { lacksGupTest, parseKtap } from '../../src/guest/selftest.js';

test('what a selftest reports is taken over line by line', (t) => {
  const text = [
    'TAP version 13',
    '1..4',
    '# PIN_BASIC_TEST: done',
    'ok 1 ioctl status 0',
    'not ok 2 - ioctl status -1',
    'ok 3 # SKIP Please run this test as root',
    'ok 4',
    '# Totals: pass:1 fail:1 xfail:0 xpass:0 skip:1 error:0',
  ].join('\n');
  t.deepEqual(parseKtap(text), {
    planned: 4,
    lines: [
      { outcome: 'ok', what: 'ioctl status 0' },
      { outcome: 'not ok', what: 'ioctl status -1' },
      { outcome: 'skip', what: '' },
      { outcome: 'ok', what: '' },
    ],
  });
});

test('a program that says nothing planned nothing', (t) => {
  t.deepEqual(parseKtap('Segmentation fault\n'), { planned: null, lines: [] });
});

test('a kernel without source has no selftest to run', async (t) => {
  t.regex((await lacksGupTest(null)) ?? '', /no source/);
  t.regex((await lacksGupTest('/nowhere')) ?? '', /gup_test\.c/);
});
