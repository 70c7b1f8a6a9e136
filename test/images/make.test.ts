import test from 'ava';
import { buildEnvironment, missingPackage } from '../../src/images/make.js';
import { missingTools } from '../../src/images/tools.js';
import { isBuildable, treesFolder } from '../../src/images/tree.js';

test('a complaint about a missing header or program is traced to its Debian package', (t) => {
  const cases: [string, string | undefined][] = [
    ['elf.h:6:10: fatal error: gelf.h: No such file or directory', 'libelf-dev'],
    ['fatal error: openssl/bio.h: No such file or directory', 'libssl-dev'],
    ['/bin/sh: 1: cpio: not found', 'cpio'],
    ['/bin/sh: line 1: bc: command not found', 'bc'],
    ['mm/gup.c:1: error: unknown type name', undefined],
  ];
  for (const [line, wanted] of cases) t.is(missingPackage(line), wanted, line);
});

test('tools that are missing are named together with what to install', (t) => {
  const error = missingTools(['spatch', 'flex', 'depmod'], 'do it');
  t.is(error.hint, 'apt-get install coccinelle flex kmod');
  t.is(error.blame, 'host');
});

test('what the user’s shell has set does not change the kernel', (t) => {
  const env = buildEnvironment({
    PATH: '/bin',
    MAKEFLAGS: '-k',
    KCFLAGS: '-O0',
    ARCH: 'arm64',
    HOME: '/h',
    LC_ALL: 'de',
  });
  t.is(env['PATH'], '/bin');
  t.is(env['HOME'], '/h');
  t.is(env['LC_ALL'], 'C');
  for (const name of ['MAKEFLAGS', 'KCFLAGS', 'ARCH']) t.false(name in env, name);
  t.is(env['KBUILD_BUILD_USER'], 'lastref');
});

test('trees are built where make can work', (t) => {
  t.is(treesFolder('/home/u/.cache/lastref'), '/home/u/.cache/lastref/trees');
  for (const cache of ['/home/my user/.cache', '/a:b', "/o'hara"]) {
    t.false(isBuildable(cache));
    t.regex(treesFolder(cache), /^\/var\/tmp\/lastref-\d+\/trees$/);
  }
});
