import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { parseLoaderList } from '../../src/images/libraries.js';
import { buildRootfs, parsePackageList } from '../../src/images/rootfs.js';
import { projectRoot } from '../../src/kit/paths.js';

test('a package list names the files to take, comments aside', (t) => {
  t.deepEqual(parsePackageList('# head\nbusybox-static: bin/busybox # why\n\nx: a b\n'), [
    { name: 'busybox-static', files: ['bin/busybox'] },
    { name: 'x', files: ['a', 'b'] },
  ]);
});

test('the init of the base rootfs is valid shell', async (t) => {
  const init = path.join(projectRoot, 'images/rootfs/base/init');
  t.is((await execa('sh', ['-n', init], { reject: false })).stderr, '');
  t.regex(await readFile(init, 'utf8'), /^#!\/bin\/sh\n/);
});

test('what the loader lists are libraries by name and path; the kernel’s own page is none', (t) => {
  const text =
    '\tlinux-vdso.so.1 (0x00007ffd)\n\tlibz.so.1 => /r o/lib/libz.so.1 (0x00007f61)\n\t/lib64/ld.so.2 => /r/ld.so.2 (0x7f)\n';
  t.deepEqual(parseLoaderList(text), [
    { name: 'libz.so.1', path: '/r o/lib/libz.so.1' },
    { name: '/lib64/ld.so.2', path: '/r/ld.so.2' },
  ]);
});

test('an unknown rootfs is answered with the names most like it', async (t) => {
  await t.throwsAsync(buildRootfs('bas'), { message: "there is no rootfs 'bas'; did you mean base?" });
});
