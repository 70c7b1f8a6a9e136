import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { compileProbe, listProbes } from '../../src/guest/probe-build.js';
import { projectRoot } from '../../src/kit/paths.js';
import { scratch } from './probe-local.js';

const ours = path.join(projectRoot, 'guests/probes');

/** A folder with one tiny probe in it. */
async function tinyProbe(folder: string, body = 'return 0;'): Promise<string> {
  const sources = path.join(folder, 'sources of probes');
  await mkdir(sources);
  await writeFile(path.join(sources, 'tiny.c'), `int main(void) { ${body} }\n`);
  return sources;
}

/** p_type of every program header of a 64-bit ELF file. */
function segmentTypes(elf: Buffer): number[] {
  const [table, size, count] = [
    Number(elf.readBigUInt64LE(0x20)),
    elf.readUInt16LE(0x36),
    elf.readUInt16LE(0x38),
  ];
  return Array.from({ length: count }, (_, index) => elf.readUInt32LE(table + index * size));
}

/** compileProbe in a process of its own, with its own environment. */
function compileIn(env: Record<string, string>, name: string, sources: string) {
  const module = path.join(projectRoot, 'build/src/guest/probe-build.js');
  const code = `import { compileProbe } from ${JSON.stringify(module)};
    try { console.log(JSON.stringify(await compileProbe(process.argv[1], { sources: process.argv[2] }))); }
    catch (error) { console.log(JSON.stringify({ message: error.message, blame: error.blame, hint: error.hint })); }`;
  return execa(process.execPath, ['--input-type=module', '-e', code, name, sources], { env }).then(
    (result) => JSON.parse(result.stdout) as Record<string, string>,
  );
}

test('every probe compiles into a static binary, and the second time it is only found', async (t) => {
  for (const name of await listProbes()) {
    const first = await compileProbe(name);
    const before = await stat(first.path);
    t.deepEqual(await compileProbe(name), first);
    t.is((await stat(first.path)).mtimeMs, before.mtimeMs);
    const bytes = await readFile(first.path);
    t.deepEqual(bytes.subarray(0, 4), Buffer.from('\x7fELF'));
    t.false(segmentTypes(bytes).includes(3)); // PT_INTERP: it would need a loader in the guest
  }
});

test('the sources decide the key: a changed header is another probe', async (t) => {
  const folder = await scratch(t);
  const sources = path.join(folder, 'probes');
  await cp(ours, sources, { recursive: true });
  const env = { XDG_CACHE_HOME: folder };
  const first = await compileIn(env, 'remover', sources);
  t.deepEqual(await compileIn(env, 'remover', sources), first);
  const header = path.join(sources, 'shared/line.h');
  await writeFile(header, `${await readFile(header, 'utf8')}\n/* changed */\n`);
  const second = await compileIn(env, 'remover', sources);
  t.not(second['key'], first['key']);
  // The same code in another place makes the same bytes.
  t.deepEqual(await readFile(second['path'] ?? ''), await readFile(first['path'] ?? ''));
});

test('processes that want the same probe at once get one binary and leave no scraps', async (t) => {
  const folder = await scratch(t);
  const sources = await tinyProbe(folder);
  const made = await Promise.all([1, 2, 3].map(() => compileIn({ XDG_CACHE_HOME: folder }, 'tiny', sources)));
  t.is(new Set(made.map((one) => one['path'])).size, 1);
  t.is((await execa(made[0]?.['path'] ?? '')).exitCode, 0);
  t.deepEqual(await readdir(path.join(folder, 'lastref/probes')), [made[0]?.['key'] ?? '']);
});

test('a probe that does not compile shows the compiler’s words', async (t) => {
  const folder = await scratch(t);
  const sources = await tinyProbe(folder, 'int unused; return 0;');
  const failed = await compileIn({ XDG_CACHE_HOME: folder }, 'tiny', sources);
  t.is(failed['blame'], 'test');
  t.regex(failed['message'] ?? '', /compile the probe tiny.*unused variable/s);
});

test('an unknown probe is answered with the nearest names', async (t) => {
  t.like(await t.throwsAsync(compileProbe('p2pmen')), {
    blame: 'test',
    message: 'there is no probe "p2pmen"; did you mean p2pmem?',
  });
});

test('without the static C library the missing packages are named', async (t) => {
  const folder = await scratch(t);
  const sources = await tinyProbe(folder);
  const fake = path.join(folder, 'bin');
  await mkdir(fake);
  await writeFile(path.join(fake, 'gcc'), '#!/bin/sh\necho libc.a\n', { mode: 0o755 });
  const env = { XDG_CACHE_HOME: folder, PATH: `${fake}:${process.env['PATH']}` };
  const failed = await compileIn(env, 'tiny', sources);
  t.like(failed, { blame: 'host', hint: 'apt-get install gcc libc6-dev' });
});
