import test from 'ava';
import { execa } from 'execa';
import { shellWord } from '../../src/kit/shell-word.js';

test('a pasted word arrives as it was, whatever is in it', async (t) => {
  const words = [
    'plain',
    '/home/me/my linux',
    "it's",
    '$HOME `id`',
    '',
    'a\nb',
    '*',
    '~',
    '-n',
    'git:/x#v6.12',
  ];
  for (const word of words) {
    const { stdout } = await execa('sh', ['-c', `printf '%s.' ${shellWord(word)}`], {
      stripFinalNewline: false,
    });
    t.is(stdout, `${word}.`);
  }
});

test('an ordinary word stays readable', (t) => {
  t.is(shellWord('linux-6.12-kasan'), 'linux-6.12-kasan');
});
