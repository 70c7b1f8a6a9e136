import test from 'ava';
import { oneLine, terminalSafe } from '../../src/kit/terminal-safe.js';

test('escape sequences become visible instead of acting', (t) => {
  t.is(terminalSafe('\x1b[2J\x1b]0;t\x07'), '\\x1b[2J\\x1b]0;t\\x07');
  t.is(terminalSafe('\u009b31m\u0085'), '\\x9b31m\\x85');
});

test('text that would be read in another order than it is becomes visible', (t) => {
  t.is(terminalSafe('a\u202eb\u2066c\u200bd\ufeff'), 'a\\u202eb\\u2066c\\u200bd\\ufeff');
});

test('half a surrogate pair is shown, a whole one is left alone', (t) => {
  t.is(terminalSafe('\ud83d'), '\\ud83d');
  t.is(terminalSafe('\u{1f40c} é ü 中'), '\u{1f40c} é ü 中');
});

test('lines and tabs stay, the carriage return of a serial line goes, a lone one is shown', (t) => {
  t.is(terminalSafe('a\r\r\nb\tc\rd'), 'a\nb\tc\\x0dd');
});

test('a line is one line, bounded, and says that it was cut', (t) => {
  t.is(oneLine('  a\n b\t c ', 80), 'a b c');
  t.is(oneLine('x'.repeat(50), 10), 'xxxxxxx...');
  t.is(oneLine('x'.repeat(10), 10), 'xxxxxxxxxx');
});

test('megabytes on one line cost what the line costs', (t) => {
  t.is(oneLine('\x1b'.repeat(50_000_000), 20).length, 20);
});
