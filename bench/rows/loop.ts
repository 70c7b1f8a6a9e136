import { access, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { findRun } from '../../src/artifacts/layout.js';
import { readRun } from '../../src/artifacts/record.js';
import { buildKernel } from '../../src/images/build.js';
import { resolveKernel } from '../../src/images/resolve.js';
import { hasCode } from '../../src/kit/errors.js';
import { cacheRoot } from '../../src/kit/paths.js';
import { lastrefRun } from '../lastref.js';
import type { Machine } from '../machine.js';
import type { Row } from '../row.js';

const asked = 'p2pdma/unbind-waits-for-write';

const treeOf = (): string => path.join(cacheRoot(), 'bench', 'linux');

/** A developer's tree: hard links to the source that the kernel was built from, which no edit here touches. */
async function makeTree({ plan }: Machine): Promise<void> {
  const tree = treeOf();
  const isThere = await access(tree).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    },
  );
  if (isThere) return;
  await execa('mkdir', ['-p', path.dirname(tree)]);
  await execa('cp', ['-al', plan.kernel.source ?? '', `${tree}.half`]);
  await rename(`${tree}.half`, tree);
}

const mark = '/* lastref bench: the line that is edited */';

/** Changes one line of code; the file is written anew, so that what it was linked to stays. */
async function edit(round: number): Promise<void> {
  const file = path.join(treeOf(), 'drivers/pci/p2pdma.c');
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => !line.endsWith(mark));
  const last = lines.findLastIndex((line) => line.startsWith('#include'));
  lines.splice(last + 1, 0, `static const long __used lastref_bench = ${Date.now() + round}; ${mark}`);
  await writeFile(`${file}.new`, lines.join('\n'));
  await rename(`${file}.new`, file);
}

/** How long the guest of the only run in `runs` took to start. */
async function bootSeconds(runs: string): Promise<number> {
  const { scenarios } = await readRun(await findRun(runs, 'latest'));
  return (scenarios[0]?.bootMs ?? Number.NaN) / 1000;
}

export const editToVerdict: Row = {
  id: 'f',
  title: 'edit to verdict',
  metrics: [
    { key: 'wall', title: 'edit drivers/pci/p2pdma.c to verdict of one scenario', unit: 's', atMost: 45 },
    { key: 'make', title: '  kbuild (make) in it', unit: 's' },
    { key: 'boot', title: '  start of the guest: a new kernel has to boot', unit: 's' },
    { key: 'rest', title: '  everything but kbuild', unit: 's', atMost: 6 },
  ],
  lacks: async ({ plan }) =>
    plan.kernel.source === null ? `${plan.kernel.name} has no source to edit` : undefined,
  prepare: async (machine) => {
    await makeTree(machine);
    await buildKernel(await resolveKernel(treeOf()));
  },
  measure: async (machine, round) => {
    await edit(round);
    const runs = path.join(machine.scratch, `edit-${round}`);
    const { seconds, usage } = await lastrefRun([asked, '--kernel', treeOf(), '--jobs', '1', '--runs', runs]);
    const make = usage.aliveSeconds('make');
    return { wall: seconds, make, boot: await bootSeconds(runs), rest: seconds - make };
  },
};

export const noChange: Row = {
  id: 'g',
  title: 'nothing changed',
  metrics: [
    { key: 'first', title: 'no-change `make suite` to first scenario started', unit: 's', atMost: 1.5 },
    { key: 'make', title: '  of it, before the tool runs: make and tsc', unit: 's' },
  ],
  measure: async ({ kernel, scratch }) => {
    const args = `--runs ${path.join(scratch, 'runs')}`;
    const command = ['make', '--silent', 'suite', `S=${asked}`, `KERNEL=${kernel}`, 'JOBS=1', `ARGS=${args}`];
    const { toFirst } = await lastrefRun([], { command, untilFirst: true });
    const since = performance.now();
    await execa('make', ['--silent', 'build/.compiled'], { cwd: path.join(import.meta.dirname, '../../..') });
    const make = (performance.now() - since) / 1000;
    return { ...(toFirst === undefined ? {} : { first: toFirst }), make };
  },
};
