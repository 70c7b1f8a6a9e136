import test from 'ava';
import { commandLine } from '../../src/guest/command-line.js';
import { makeKeyPair } from '../../src/suite/keys.js';

const key = 'ssh-ed25519 AAAAC3Nza lastref';

test('the reporters must speak, and a held request must not time out', (t) => {
  const words = commandLine(key);
  for (const needed of ['console=ttyS0', 'ignore_loglevel', 'kasan_multi_shot', 'nvme_core.io_timeout=3600'])
    t.true(words.includes(needed), needed);
});

test('a host that is too busy for ten ticks is no kernel without a timer', (t) => {
  t.true(commandLine(key).includes('no_timer_check'));
});

test("the user's key is on it, and only its public part", (t) => {
  t.true(commandLine(key).includes('lastref.key=AAAAC3Nza'));
  const pair = makeKeyPair();
  const words = commandLine(pair.publicKey);
  t.true(words.some((word) => word === `lastref.key=${pair.publicKey.split(' ')[1]}`));
  t.false(words.join(' ').includes('PRIVATE'));
});

test('more words come last, so that they win', (t) => {
  t.deepEqual(commandLine(key, ['panic_on_warn=1', 'log_buf_len=1M']).slice(-2), [
    'panic_on_warn=1',
    'log_buf_len=1M',
  ]);
});

test('what is no single word is refused: it would become two, or be cut', (t) => {
  for (const word of ['a b', 'a\tb', 'a\nb', 'a="b"', 'a\0b'])
    t.throws(() => commandLine(key, [word]), { message: /is no single word of a kernel command line/ });
});

test('what is no public key is refused', (t) => {
  t.throws(() => commandLine('AAAAC3Nza'), { message: 'not an OpenSSH public key' });
});

test('the line is short enough for the kernel (COMMAND_LINE_SIZE is 2048 on x86)', (t) => {
  t.true(commandLine(makeKeyPair().publicKey).join(' ').length < 1500);
});
