import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { commands } from '../../src/cli/commands.js';
import { projectRoot } from '../../src/kit/paths.js';
import { lastref, main } from '../support/lastref.js';

/** No stack trace, nothing that steers a terminal: `lastref: ` and sentences. */
const sentence = /^lastref: (?!.*\n +at )[^\x1b]+\n$/s;

test('help lists every command, and each has a synopsis and help of its own', async (t) => {
  for (const word of ['--help', '-h', 'help']) {
    const { code, stdout, stderr } = await lastref([word]);
    t.is(code, 0);
    t.is(stderr, '');
    for (const { name, synopsis, describe } of commands) {
      t.true(stdout.includes(`  lastref ${synopsis}\n      ${describe}\n`), name);
      t.true(synopsis.startsWith(name));
    }
    t.regex(stdout, /Exit codes: 0 pass, 1 .* 2 usage, 69 .* 125 .* 130 interrupted/);
  }
  t.is((await lastref([])).stdout, (await lastref(['--help'])).stdout);
});

test('a command asked for help gives it and does nothing', async (t) => {
  for (const { name, synopsis } of commands) {
    const { code, stdout } = await lastref([name, '--help'], { env: { LASTREF_QEMU: '/nonexistent' } });
    t.is(code, 0, name);
    t.true(stdout.startsWith(`lastref ${synopsis}\n`), name);
  }
});

test('the version is the one of the package', async (t) => {
  const { version } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8'));
  t.deepEqual(await lastref(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    'an unknown command',
    ['rnu'],
    /there is no command "rnu"; did you mean run\b.*\n {2}what to do: lastref --help/,
  ],
  ['an unknown command like nothing', ['xxxxxxxxxxxxxxxxxxxxxxxxxx'], /there is no command "x+"\n/],
  ['an unknown option', ['run', '--kernle', 'x'], /there is no option --kernle; did you mean --kernel\b/],
  ['an unknown short option', ['list', '-z'], /there is no option -z/],
  ['an option without its value', ['run', '--kernel'], /'-k, --kernel <value>' argument missing/],
  ['a value for an option that takes none', ['list', '--json=yes'], /'--json' does not take an argument/],
  ['a word too many', ['doctor', 'p2pdma'], /Unexpected argument 'p2pdma'/],
  ['no whole number', ['run', '--jobs', '1.5'], /--jobs takes a whole number from 1, not "1\.5"/],
  ['no number', ['run', '--jobs', '0'], /--jobs takes a whole number from 1, not "0"/],
  ['an unknown accelerator', ['run', '--accel', 'xen'], /--accel is auto, kvm or tcg, not "xen"/],
  [
    'an unknown scenario',
    ['run', 'p2pdma/unbind-waits-for-wirte'],
    /did you mean p2pdma\/unbind-waits-for-write/,
  ],
  ['an unknown suite', ['run', 'p2pdam'], /no scenario or suite is called "p2pdam"; did you mean .*p2pdma/],
  [
    'an unknown kernel',
    ['run', '--kernel', 'linux-6.12-kasn'],
    /no kernel 'linux-6\.12-kasn'; did you mean linux-6\.12-kasan/,
  ],
  ['a kernel that is no image', ['run', '--kernel', '/etc/passwd'], /\/etc\/passwd is not a bzImage/],
  ['a kernel that is no tree', ['run', '--kernel', '/etc'], /\/etc is not a kernel source tree/],
  [
    'a commit of no repository',
    ['run', '--kernel', 'git:/nonexistent#v1'],
    /find the commit v1 in \/nonexistent/,
  ],
  [
    'an unknown mutant',
    ['run', '--mutant', 'zap-skiped'],
    /"zap-skiped" is neither a mutant .*; did you mean zap-skipped/,
  ],
  [
    'a mutant that is something else',
    ['run', '--mutant', '/etc/passwd'],
    /neither a mutant nor a \.cocci or \.patch file/,
  ],
  [
    'an unknown shape',
    ['shell', '--shape', 'cmb-swich'],
    /no shape is called "cmb-swich"; did you mean cmb-switch/,
  ],
  ['an unknown kernel to build', ['kernel', 'build', 'linux-6.12-kasn'], /did you mean linux-6\.12-kasan/],
  ['something else than a build', ['kernel', 'bild'], /expected `lastref kernel build \[NAME\]`/],
  ['a rootfs that is not there', ['rootfs', 'build', 'bsae'], /bsae/],
  ['no file to judge', ['console'], /console needs at least one FILE, or `-`/],
  ['a run that is not there', ['bundle', 'x', '--runs', '/nonexistent'], /no run `x` in \/nonexistent/],
  [
    'hostile words',
    ['run', '\x1b]0;owned\x07\u202e'],
    /no scenario or suite is called "\\x1b\]0;owned\\x07\\u202e"/,
  ],
];

for (const [what, words, says] of mistakes) {
  test(`${what} is told in a sentence that says what to do, and exit 2`, async (t) => {
    const { code, stdout, stderr } = await lastref(words, {
      env: { LASTREF_QEMU: path.join(projectRoot, 'test/support/fake-qemu') },
    });
    t.is(code, 2, stderr);
    t.regex(stderr, sentence);
    t.regex(stderr, says);
    t.is(stdout, '');
  });
}

test('no QEMU, or one that is too old, is told before anything is built, and exit 69', async (t) => {
  const old = path.join(projectRoot, 'test/support/old-qemu');
  for (const [program, says] of [
    ['/nonexistent', /\/nonexistent does not run/],
    [old, /QEMU 6\.2\.0 is too old: lastref needs 7\.2 or later/],
  ] as const) {
    for (const command of [['run', 'p2pdma'], ['shell']]) {
      const { code, stderr } = await lastref(command, {
        env: { LASTREF_QEMU: program, XDG_CACHE_HOME: '/nonexistent/cache' },
      });
      t.is(code, 69, stderr);
      t.regex(stderr, sentence);
      t.regex(stderr, says);
      t.regex(stderr, /what to do: apt-get install qemu-system-x86\n/);
    }
  }
});

test('the list is for people, or JSON with the same names', async (t) => {
  const { stdout: json, code } = await lastref(['list', '--json']);
  t.is(code, 0);
  const { stdout: text } = await lastref(['list']);
  const all = JSON.parse(json) as Record<string, { id?: string; name?: string }[]>;
  for (const kind of ['scenarios', 'shapes', 'kernels', 'mutants']) {
    t.true((all[kind] ?? []).length > 0, kind);
    for (const { id, name } of all[kind] ?? []) t.true(text.includes(`  ${id ?? name} `), id ?? name);
  }
  t.notRegex(text, /\x1b/);
});

test('the same is said in a locale that is not UTF-8, without a home, and from any folder', async (t) => {
  const wanted = await lastref(['list']);
  for (const env of [
    { LC_ALL: 'C', LANG: 'C' },
    { LC_ALL: 'de_DE.ISO-8859-1' },
    { HOME: undefined, XDG_CACHE_HOME: undefined },
    { HOME: '', TERM: 'dumb' },
    { NO_COLOR: '1' },
  ])
    t.deepEqual(await lastref(['list'], { env }), wanted, JSON.stringify(env));
  t.deepEqual(await lastref(['list'], { cwd: '/tmp' }), wanted);
});

test('a reader that leaves early is no error', async (t) => {
  for (const reader of ['head -n 1', 'true']) {
    for (const command of ['list --json', '--help']) {
      const { exitCode, stderr } = await execa(
        'bash',
        ['-c', `set -o pipefail; "$0" "$1" ${command} | ${reader}`, process.execPath, main],
        { reject: false },
      );
      t.is(exitCode, 0, `${command} | ${reader}`);
      t.is(stderr, '');
    }
  }
});

test('an error that nobody reads keeps its exit code', async (t) => {
  const script = 'exec 4>&1; { "$0" "$1" rnu; echo $? >&4; } 2>&1 | true';
  const { stdout } = await execa('bash', ['-c', script, process.execPath, main]);
  t.is(stdout, '2');
});

const dirty = [
  '[    1.0] x',
  '[    2.0] BUG: KASAN: slab-use-after-free in f+0x1/0x2\x1b[2J',
  '[    2.0] Read of size 8 at addr ffff888000000000 by task a/1',
  '[    2.0] ==================================================================',
  '',
].join('\r\n');

test('a clean console is 0, a dirty one 1, and what cannot be read 69', async (t) => {
  const clean = await lastref(['console', '-'], { input: '[    1.0] Linux version 6.12\n' });
  t.is(clean.code, 0, clean.stderr);
  t.regex(clean.stdout, /^-: clean\n/);
  const splat = await lastref(['console', '-'], { input: dirty });
  t.is(splat.code, 1);
  t.regex(splat.stdout, /KASAN: slab-use-after-free/);
  t.notRegex(splat.stdout, /\x1b/);
  for (const file of ['/nonexistent.log', '/']) {
    const unreadable = await lastref(['console', file]);
    t.is(unreadable.code, 69);
    t.regex(unreadable.stderr, new RegExp(`^${file}: cannot be judged: `));
  }
});

test('one unreadable console does not hide what the others say', async (t) => {
  const { code, stdout } = await lastref(['console', '/nonexistent.log', '-', '--json'], { input: dirty });
  t.is(code, 69);
  t.like(JSON.parse(stdout), { file: '-', clean: false });
});

test('a shell that does not come to boot leaves nothing', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lastref test '));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const { code } = await lastref(['shell'], { env: { LASTREF_QEMU: '/nonexistent', TMPDIR: folder } });
  t.is(code, 69);
  t.deepEqual(await readdir(folder), []);
});
