import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from '../images/command.js';
import { cached, hashOf } from '../images/store.js';
import { hasCode } from '../kit/errors.js';

/** One line of a test program's result (Documentation/dev-tools/ktap.rst). */
export interface KtapLine {
  readonly outcome: 'ok' | 'not ok' | 'skip';
  readonly what: string;
}

export interface Ktap {
  /** How many results were announced; null when none were. */
  readonly planned: number | null;
  readonly lines: readonly KtapLine[];
}

/** The result lines of a KTAP stream. */
export function parseKtap(text: string): Ktap {
  const plan = /^\s*1\.\.(\d+)/m.exec(text)?.[1];
  const lines = [...text.matchAll(/^\s*(not )?ok \d+(?: -)?(?: ([^#\n]*))?(#\s*SKIP)?/gm)].map(
    ([, not, what = '', skip]): KtapLine => ({
      outcome: skip !== undefined ? 'skip' : not === undefined ? 'ok' : 'not ok',
      what: what.trim(),
    }),
  );
  return { planned: plan === undefined ? null : Number(plan), lines };
}

/** What mm/gup_test is made of; the third file came when huge pages got one of their own (7.x). */
const needed = ['gup_test.c', 'vm_util.c'];
const optional = ['hugepage_settings.c'];
const folder = 'tools/testing/selftests/mm';

/** Why the selftest cannot be made from a kernel's source; null when it can. */
export async function lacksGupTest(source: string | null): Promise<string | null> {
  if (source === null) return 'there is no source of this kernel to take its gup_test from';
  return (await exists(path.join(source, folder, 'gup_test.c')))
    ? null
    : `the source of this kernel has no ${folder}/gup_test.c`;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
      throw error;
    },
  );
}

/** Compiles the kernel's own mm/gup_test into a static binary; the same sources are compiled once. */
export async function compileGupTest(source: string, signal?: AbortSignal): Promise<string> {
  const files = needed.map((name) => path.join(source, folder, name));
  for (const name of optional) {
    const file = path.join(source, folder, name);
    if (await exists(file)) files.push(file);
  }
  const header = path.join(source, 'mm/gup_test.h');
  const texts = await Promise.all([header, ...files].map((file) => readFile(file)));
  const key = hashOf('gup_test', ...texts.flatMap((text) => ['', text]));
  const steps = {
    load: async (folder: string): Promise<string | undefined> => {
      const binary = path.join(folder, 'gup_test');
      return (await exists(binary)) ? binary : undefined;
    },
    fill: (folder: string) => compile(source, files, path.join(folder, 'gup_test'), signal),
  };
  return cached('probes', key, steps, { signal });
}

async function compile(
  source: string,
  files: readonly string[],
  binary: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const includes = ['', 'tools/testing/selftests', 'tools/include/uapi'];
  const folders = includes.map((part) => `-I${path.join(source, part)}`);
  const flags = ['-static', '-O1', '-w', '-D_GNU_SOURCE=', '-pthread', '-s'];
  await command('gcc', [...flags, ...folders, '-o', binary, ...files], {
    purpose: "compile the kernel's own gup_test",
    hint: 'apt-get install gcc libc6-dev',
    signal,
  });
}
