import test from 'ava';
import { conditionsOf, evaluate, lostLines, parseConfig, valuesIn } from '../../src/images/kconfig.js';

test('a line that is off, unset or absent is the same to the check', (t) => {
  const wanted = parseConfig('CONFIG_A=y\nCONFIG_B=n\nCONFIG_C=n\nCONFIG_N=17\n# CONFIG_D is not set\n');
  const actual = parseConfig('CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_N=17\n');
  t.deepEqual(lostLines(wanted, actual), []);
});

test('a wanted line that is missing, and an unwanted one that is on, are both lost', (t) => {
  const wanted = parseConfig('CONFIG_KASAN=y\nCONFIG_SLUB_TINY=n\nCONFIG_S="a b"\n');
  const actual = parseConfig('CONFIG_SLUB_TINY=y\nCONFIG_S="a b"\n');
  t.deepEqual(lostLines(wanted, actual), [
    { symbol: 'KASAN', wanted: 'y', actual: 'n' },
    { symbol: 'SLUB_TINY', wanted: 'n', actual: 'y' },
  ]);
});

test('a later fragment overrides an earlier one', (t) => {
  t.is(parseConfig('CONFIG_A=y\nCONFIG_A=n\n').get('A'), 'n');
});

const kconfig = `
menu "Memory"
	depends on MMU

config OTHER
	bool "other"
	help
	  config KASAN in a help text is only prose.
	  depends on NOTHING

if DEBUG_KERNEL
config KASAN
	bool "find bugs"
	depends on (HAVE_KASAN && CC_HAS) || \\
		   FORCE_KASAN
	depends on !SLUB_TINY
	select STACKDEPOT
	help
	  if you want this

config AFTER
	bool
	depends on ELSEWHERE
endif
endmenu
config FREE
	bool "free"
`;

test('the conditions of a symbol are its own and those of the blocks around it', (t) => {
  t.deepEqual(conditionsOf('KASAN', kconfig), [
    ['MMU', 'DEBUG_KERNEL', '(HAVE_KASAN && CC_HAS) || FORCE_KASAN', '!SLUB_TINY'],
  ]);
  t.deepEqual(conditionsOf('FREE', kconfig), [[]]);
  t.deepEqual(conditionsOf('GONE', kconfig), []);
});

test('an expression is worth its weakest part in && and its strongest in ||', (t) => {
  const config = parseConfig('CONFIG_A=y\nCONFIG_M=m\nCONFIG_N=n\nCONFIG_BITS=64\n');
  const cases: [string, number][] = [
    ['A', 2],
    ['M && A', 1],
    ['A && N', 0],
    ['N || M', 1],
    ['!N', 2],
    ['!(A && M)', 1],
    ['A && (N || !N)', 2],
    ['M = m', 2],
    ['A != y', 0],
    ['BITS >= 32', 2],
    ['UNHEARD', 0],
    ['!UNHEARD', 2],
    ['', 0],
  ];
  for (const [expression, worth] of cases) t.is(evaluate(expression, config), worth, expression);
});

test('the symbols of a condition are shown with their values', (t) => {
  const config = parseConfig('CONFIG_SLUB_TINY=y\n');
  t.deepEqual(valuesIn('HAVE_KASAN && !SLUB_TINY || 64BIT', config), [
    'HAVE_KASAN=n',
    'SLUB_TINY=y',
    '64BIT=n',
  ]);
});
