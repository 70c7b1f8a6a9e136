import test from 'ava';
import { execa } from 'execa';
import { forwardedPort } from '../../src/guest/machine.js';
import { quote } from '../../src/guest/ssh.js';

test("a guest's shell gives every word to the command as it was", async (t) => {
  const words = [
    '',
    ' ',
    "it's",
    '$HOME',
    '`id`',
    'a;b',
    'a\nb',
    '*',
    '~',
    '\\',
    '"',
    "''",
    '-n',
    'é中',
    '!x',
    '#',
  ];
  const { stdout } = await execa('sh', ['-c', `printf '%s\\0' ${words.map(quote).join(' ')}`], {
    stripFinalNewline: false,
  });
  t.deepEqual(stdout.split('\0').slice(0, -1), words);
});

test('an ordinary word stays readable', (t) => {
  t.is(quote('/sys/bus/pci/devices/0000:03:00.0'), '/sys/bus/pci/devices/0000:03:00.0');
});

test('a NUL byte cannot be an argument, and is no way to cut one', (t) => {
  t.throws(() => quote('a\0b'), { message: 'an argument holds a NUL byte' });
});

const usernet = (port: string): string =>
  [
    'Hub -1 (net):',
    '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ',
    '  UDP[236 sec]       14       10.0.2.15 35000        10.0.2.3    53     0     0',
    `  TCP[HOST_FORWARD]  12       127.0.0.1 ${port}       10.0.2.15    22     0     0`,
    '',
  ].join('\r\n');

test('the port that QEMU forwards is read off its table', (t) => {
  t.is(forwardedPort(usernet('35533')), 35533);
  t.is(forwardedPort(usernet('    7')), 7);
});

test('no forwarding, or none that is bound yet, is no port', (t) => {
  t.is(forwardedPort(''), undefined);
  t.is(forwardedPort(usernet('0')), undefined);
  t.is(forwardedPort('  TCP[HOST_FORWARD]  12  0.0.0.0 35533  10.0.2.15  22  0  0'), undefined);
  t.is(forwardedPort('  TCP[ESTABLISHED]   13  127.0.0.1 35533  10.0.2.15  22  0  0'), undefined);
});
