import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { decodeRun, decodeSplats } from '../../src/suite/decode.js';
import { judgeConsole } from '../../src/verdict/scanner.js';
import type { Splat } from '../../src/verdict/types.js';
import { scratch } from '../artifacts/support/sample-run.js';
import { makeSampleKernel, type SampleKernel } from '../support/sample-kernel.js';

/** A warning as 6.12 prints it, with these frames. */
function warning(...frames: readonly string[]): Splat[] {
  const lines = [
    '------------[ cut here ]------------',
    `WARNING: CPU: 0 PID: 7 at mm/sample.c:9 ${frames[0]}`,
    `RIP: 0010:${frames[0]}`,
    'Call Trace:',
    ' <TASK>',
    ...frames.map((frame) => ` ${frame}`),
    ' </TASK>',
    '---[ end trace 0000000000000000 ]---',
  ];
  const log = lines.map((line, at) => `[    1.00000${at}][    T7] ${line}\n`).join('');
  return [...judgeConsole(Buffer.from(log)).splats];
}

const from = (kernel: SampleKernel) => ({ vmlinux: kernel.vmlinux, source: kernel.folder, cacheFile: null });

test('a splat is decoded, with the place of the blamed function and whom to ask', async (t) => {
  const kernel = await makeSampleKernel(await scratch(t));
  await mkdir(path.join(kernel.folder, 'scripts'));
  const script = path.join(kernel.folder, 'scripts/get_maintainer.pl');
  await writeFile(script, '#!/usr/bin/perl\nprint "Jo Doe <jo\\@example.org> for $ARGV[-1]\\n";\n');
  await chmod(script, 0o755);
  const [splat] = await decodeSplats(warning(kernel.outer, kernel.main), from(kernel), null);
  t.is(splat?.function, 'outer');
  t.regex(
    splat?.decoded ?? '',
    /\n\S+\s+\S+\s+T7\] {2}inner mm\/sample\.c:11 \[inline\]\n.*outer\+0x\w+\/0x\w+ mm\/sample\.c:17\n/,
  );
  t.regex(splat?.source?.at ?? '', /^mm\/sample\.c:1[78]$/);
  t.deepEqual(splat?.source?.maintainers, ['Jo Doe <jo@example.org> for mm/sample.c']);
  t.is(splat?.source?.note, null);
});

test('the maintainers of a file that only a mutant has are its folder’s; each file is asked for once', async (t) => {
  const kernel = await makeSampleKernel(await scratch(t));
  await mkdir(path.join(kernel.folder, 'scripts'));
  const asked = path.join(kernel.folder, 'asked');
  const script = `open my $log, '>>', '${asked}'; print $log "$ARGV[-1]\\n"; print "for $ARGV[-1]\\n";`;
  await writeFile(path.join(kernel.folder, 'scripts/get_maintainer.pl'), script);
  await rm(path.join(kernel.folder, 'mm/sample.c'));
  const splats = [...warning(kernel.outer, kernel.main), ...warning(kernel.outer, kernel.main)];
  const decoded = await decodeSplats(splats, from(kernel), null);
  t.deepEqual(
    decoded.map(({ source }) => source?.maintainers),
    [['for mm'], ['for mm']],
  );
  t.is(await readFile(asked, 'utf8'), 'mm\n');
});

test('the fingerprint of a splat does not depend on whether it was decoded', async (t) => {
  const kernel = await makeSampleKernel(await scratch(t));
  const plain = warning(kernel.outer, kernel.main);
  const decoded = await decodeSplats(plain, from(kernel), null);
  t.deepEqual(
    decoded.map(({ fingerprint, title, raw }) => ({ fingerprint, title, raw })),
    plain.map(({ fingerprint, title, raw }) => ({ fingerprint, title, raw })),
  );
});

test('another kernel’s vmlinux decodes nothing, not even what happens to fit', async (t) => {
  const kernel = await makeSampleKernel(await scratch(t));
  const foreign = warning(kernel.main, 'outer+0x3/0x777', 'nowhere+0x1/0x10');
  const [byFunctions] = await decodeSplats(foreign, from(kernel), null);
  t.is(byFunctions?.decoded, null);
  t.regex(byFunctions?.source?.note ?? '', /not of the kernel that printed this: 2 of \d places do not fit/);
  const banner = 'Linux version 6.13.0 (me@host) (gcc 12, ld 2) #1 SMP';
  const [byBanner] = await decodeSplats(warning(kernel.main), from(kernel), banner);
  t.is(byBanner?.decoded, null);
  t.regex(byBanner?.source?.note ?? '', /the log is of 6\.13\.0/);
});

test('one place that does not fit is left alone and named', async (t) => {
  const kernel = await makeSampleKernel(await scratch(t));
  const [splat] = await decodeSplats(
    warning(kernel.main, kernel.outer, 'nowhere+0x1/0x10'),
    from(kernel),
    null,
  );
  t.regex(splat?.decoded ?? '', / nowhere\+0x1\/0x10\n/);
  t.regex(splat?.source?.note ?? '', /^not decoded: nowhere: the vmlinux has no such symbol$/);
});

test('without debug info a splat stays as it is, and says so', async (t) => {
  const kernel = await makeSampleKernel(await scratch(t), ['-g0']);
  const [splat] = await decodeSplats(warning(kernel.main), from(kernel), null);
  t.is(splat?.decoded, null);
  t.regex(splat?.source?.note ?? '', /has no debug info/);
});

test('a run without debug info names the one command that decodes, and none where there is none', async (t) => {
  process.env['XDG_CACHE_HOME'] = await scratch(t);
  const image = { key: 'k', name: 'linux-x', bzImage: '/x/bzImage', release: '6.12.0', provenance: {} };
  const kernel = { ...image, modulesCpio: null, config: null, vmlinux: null, source: '/src' };
  const noted = async (plan: Parameters<typeof decodeRun>[1]): Promise<string | null | undefined> =>
    (await decodeRun(warning('main+0x1/0x2'), plan, 'lastref console c.log'))[0]?.source?.note;
  t.is(
    await noted({ kernel, mutant: '/m/zap skipped.cocci' }),
    "function+offset only, for want of debug info; to lines: lastref console c.log --kernel linux-x --mutant '/m/zap skipped.cocci'",
  );
  t.regex(
    (await noted({ kernel: { ...kernel, source: null }, mutant: null })) ?? '',
    /ready-made .* --vmlinux F$/,
  );
  t.deepEqual(await decodeRun([], { kernel, mutant: null }, ''), []);
});
