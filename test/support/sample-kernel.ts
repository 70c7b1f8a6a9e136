import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

const main = `
int start_kernel(void)
{
	return 1;
}
`;

/** `where` tells where it was called from; `inner` is inlined into `outer`, so both names stand at one address. */
const sample = `#include <stdint.h>
#include <stdio.h>
const char banner[] __attribute__((used)) = "Linux version 6.12.0 (me@host) (gcc 12, ld 2) #1 SMP Thu";
int start_kernel(void);
__attribute__((noinline)) uintptr_t where(void)
{
	return (uintptr_t)__builtin_return_address(0);
}
static inline __attribute__((always_inline)) uintptr_t inner(void)
{
	uintptr_t at = where();
	__asm__ volatile("" : : : "memory");
	return at;
}
__attribute__((noinline)) void outer(void)
{
	uintptr_t at = inner();
	printf("%lx %lx\\n", at, (uintptr_t)__builtin_return_address(0));
}
int main(void)
{
	outer();
	return start_kernel() - 1;
}
`;

/** A program that stands in for a vmlinux: `folder` is its source tree. */
export interface SampleKernel {
  readonly folder: string;
  readonly vmlinux: string;
  /** As a stack trace names the two frames of a call: `outer+0x12/0x34` (in what was inlined there), `main+…`. */
  readonly outer: string;
  readonly main: string;
}

/** Compiles it, and runs it to learn its return addresses. */
export async function makeSampleKernel(
  folder: string,
  flags: readonly string[] = ['-g'],
): Promise<SampleKernel> {
  await mkdir(path.join(folder, 'init'), { recursive: true });
  await mkdir(path.join(folder, 'mm'), { recursive: true });
  await writeFile(path.join(folder, 'init/main.c'), main);
  await writeFile(path.join(folder, 'mm/sample.c'), sample);
  const vmlinux = path.join(folder, 'vmlinux');
  const files = ['init/main.c', 'mm/sample.c'].map((file) => path.join(folder, file));
  await execa('gcc', ['-O1', '-no-pie', ...flags, '-o', vmlinux, ...files]);
  const { stdout } = await execa(vmlinux);
  const [inOuter = '', inMain = ''] = stdout.split(' ');
  const { stdout: symbols } = await execa('nm', ['-S', vmlinux]);
  const place = (name: string, address: string): string => {
    const [, start = '', size = ''] = new RegExp(`^(\\w+) (\\w+) T ${name}$`, 'm').exec(symbols) ?? [];
    const offset = Number.parseInt(address, 16) - Number.parseInt(start, 16);
    return `${name}+0x${offset.toString(16)}/0x${Number.parseInt(size, 16).toString(16)}`;
  };
  return { folder, vmlinux, outer: place('outer', inOuter), main: place('main', inMain) };
}
