import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type CodePlace, Decoder, type DecoderOptions } from '../../src/images/decoder.js';
import { LastrefError } from '../../src/kit/errors.js';
import { scratch } from '../artifacts/support/sample-run.js';
import { makeSampleKernel, type SampleKernel } from '../support/sample-kernel.js';

const returned = (text: string, change: Partial<CodePlace> = {}): CodePlace => {
  const [, symbol = '', offset = '', size = ''] = /^(\w+)\+(0x\w+)\/(0x\w+)$/.exec(text) ?? [];
  return { symbol, offset: Number(offset), size: Number(size), module: null, exact: false, ...change };
};

async function opened(
  t: ExecutionContext,
  options: DecoderOptions = {},
): Promise<{ kernel: SampleKernel; decoder: Decoder }> {
  const kernel = await makeSampleKernel(await scratch(t));
  const decoder = await Decoder.open(kernel.vmlinux, options);
  t.teardown(() => decoder.close());
  return { kernel, decoder };
}

test('a return address is the line of the call, with what was inlined there', async (t) => {
  const { kernel, decoder } = await opened(t);
  t.deepEqual(await decoder.decode(returned(kernel.outer)), [
    { fn: 'inner', file: 'mm/sample.c', line: 11 },
    { fn: 'outer', file: 'mm/sample.c', line: 17 },
  ]);
  t.deepEqual(await decoder.decode(returned(kernel.main)), [{ fn: 'main', file: 'mm/sample.c', line: 22 }]);
  const behind = await decoder.decode(returned(kernel.main, { exact: true }));
  t.deepEqual(
    behind,
    [{ fn: 'main', file: 'mm/sample.c', line: 23 }],
    'an instruction pointer is taken as it is',
  );
});

test('questions that overlap get their own answers', async (t) => {
  const { kernel, decoder } = await opened(t);
  const [first, second] = await Promise.all([
    decoder.decode(returned(kernel.main)),
    decoder.decode(returned(kernel.outer)),
  ]);
  t.is('why' in first ? null : first[0]?.fn, 'main');
  t.is('why' in second ? null : second[0]?.fn, 'inner');
});

test('a function of another size, or of none, gets no line and says so', async (t) => {
  const { kernel, decoder } = await opened(t);
  const place = returned(kernel.main);
  for (const [wrong, says] of [
    [{ ...place, size: place.size + 16 }, /its size in the vmlinux is 0x\w+, not 0x/],
    [{ ...place, symbol: 'nowhere_to_be_found' }, /no such symbol/],
    [{ ...place, offset: place.size + 1 }, /beyond its end/],
  ] as const) {
    const found = await decoder.decode(wrong);
    t.like(found, { foreign: true });
    t.regex('why' in found ? found.why : '', says);
  }
  const inModule = await decoder.decode({ ...place, module: 'nvme' });
  t.deepEqual(inModule, { why: 'it is in the module nvme, not in the vmlinux', foreign: false });
});

test('a header that the build made is named as from where it builds, whatever folder that is', async (t) => {
  const folder = await scratch(t);
  const moved = `-fdebug-prefix-map=${folder}/mm=/home/jo/obj/arch/x86/include/generated/asm`;
  const kernel = await makeSampleKernel(folder, ['-g', moved]);
  const decoder = await Decoder.open(kernel.vmlinux);
  t.teardown(() => decoder.close());
  const found = await decoder.decode(returned(kernel.main));
  t.like(found, [{ fn: 'main', file: 'arch/x86/include/generated/asm/sample.c' }]);
});

test('the version that the vmlinux would print is known', async (t) => {
  const { decoder } = await opened(t);
  t.is(decoder.banner, 'Linux version 6.12.0 (me@host) (gcc 12, ld 2) #1 SMP Thu');
});

test('answers are kept, and need no addr2line the next time', async (t) => {
  const cacheFile = path.join(await scratch(t), 'lines.json');
  const { kernel, decoder } = await opened(t, { cacheFile });
  const found = await decoder.decode(returned(kernel.main));
  await decoder.close();
  t.regex(await readFile(cacheFile, 'utf8'), /mm\/sample\.c/);
  const again = await Decoder.open(kernel.vmlinux, { cacheFile });
  await again.close(); // whoever would be asked is gone
  t.deepEqual(await again.decode(returned(kernel.main)), found);
  await t.throwsAsync(again.decode(returned(kernel.outer)), { message: /addr2line ended/ });
});

test('a vmlinux without debug info, or no vmlinux, is a sentence', async (t) => {
  const bare = await makeSampleKernel(await scratch(t), ['-g0']);
  await t.throwsAsync(Decoder.open(bare.vmlinux), { instanceOf: LastrefError, message: /has no debug info/ });
  await rm(bare.vmlinux);
  const error = await t.throwsAsync<LastrefError>(Decoder.open(bare.vmlinux), { instanceOf: LastrefError });
  t.is(error?.blame, 'user');
});
