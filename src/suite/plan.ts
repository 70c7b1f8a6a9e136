import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism, release as hostKernel } from 'node:os';
import path from 'node:path';
import { newRunId, runsRoot } from '../artifacts/layout.js';
import type { RunPlan } from '../artifacts/result.js';
import { createRun } from '../artifacts/store.js';
import { listKernels } from '../images/kernels.js';
import { resolveKernel } from '../images/resolve.js';
import { LastrefError } from '../kit/errors.js';
import { chooseAccelerator, type WantedAccelerator } from '../qemu/accel.js';
import { qemuVersion } from '../qemu/version.js';
import { knownFailures, requireScenarios } from './baseline.js';
import { discoverScenarios, type Found, findShape, selectScenarios } from './discover.js';
import { expectedCost } from './guest-cost.js';
import { chooseJobs } from './jobs.js';
import { factRanges } from './kernel-facts.js';
import { requireSpokenOf, seriesOf } from './kernel-rows.js';
import { type ImageOptions, makeImages } from './make-images.js';
import { readMemory } from './memory.js';
import { defaultSeed, type Narrowing, narrow } from './narrow.js';
import { hostSlots } from './slots.js';

export const defaultKernel = 'linux-6.12-kasan';

export interface PlanOptions extends Narrowing, ImageOptions {
  /** A named kernel, a tree, a bzImage or `git:PATH#REF`. */
  readonly kernel?: string | undefined;
  /** Scenario ids, suites or words they cover; none: everything but suites/meta. */
  readonly words?: readonly string[];
  /** Scenarios that are known already, instead of words: a worker cannot import the others' files. */
  readonly scenarios?: readonly Pick<Found, 'id' | 'scenario'>[];
  readonly runs?: string | undefined;
  readonly accelerator?: WantedAccelerator | undefined;
  readonly jobs?: number | undefined;
  /** Every guest boots for real. */
  readonly cold?: boolean | undefined;
  /** Write the memory of guests in which something went wrong. */
  readonly dump?: boolean | undefined;
  /** Somebody follows the run on its control socket. */
  readonly followed?: boolean;
}

/** The scenarios that words, tags and a sample choose; none is the user's mistake. */
export async function chooseScenarios(options: Narrowing & Pick<PlanOptions, 'words'>): Promise<Found[]> {
  const all = await discoverScenarios();
  requireScenarios(all.map(({ id }) => id));
  const series = seriesOf(await listKernels());
  for (const { name, rows } of factRanges()) requireSpokenOf(`kernel fact ${name}`, rows, series);
  requireSpokenOf('the baseline', knownFailures, series);
  const chosen = narrow(all, selectScenarios(all, options.words ?? []), options);
  if (chosen.length > 0) return chosen;
  throw new LastrefError('no scenario is left after --tag and --sample', {
    blame: 'user',
    hint: 'lastref list',
  });
}

/** A plan, and why it is so: sentences for whoever reads the progress. */
export interface Planned {
  readonly plan: RunPlan;
  /** Why this accelerator. */
  readonly why: string;
  /** Why so many guests at once. */
  readonly whyJobs: string;
}

/** Decides everything before the first guest: builds or finds the images, proves the accelerator, picks the scenarios. */
export async function makePlan(options: PlanOptions = {}): Promise<Planned> {
  const startedAt = new Date();
  const chosen = options.scenarios ?? (await chooseScenarios(options));
  // what the user got wrong comes first
  const shapes = [...new Set(chosen.map(({ scenario }) => scenario.options.shape))];
  const [machines, spec, qemu] = await Promise.all([
    Promise.all(shapes.map(findShape)),
    resolveKernel(options.kernel ?? defaultKernel),
    qemuVersion(),
  ]);
  const { kernel, rootfs } = await makeImages(spec, options);
  // The initramfs without modules is enough: the proof ends where userspace begins.
  const proof = { bzImage: kernel.bzImage, initrd: rootfs.cpio };
  const { chosen: accelerator, why } = await chooseAccelerator(options.accelerator ?? 'auto', proof);
  const host = {
    kernel: hostKernel(),
    qemu,
    node: process.version,
    cores: String(availableParallelism()),
    accelerator: why,
  };
  const costs = machines.map((shape) =>
    expectedCost({
      plan: { kernel, accelerator, host },
      shape,
      start: options.cold === true ? 'cold' : 'clone',
    }),
  );
  const { jobs, why: whyJobs } = chooseJobs(options.jobs, {
    cores: availableParallelism(),
    slots: hostSlots(),
    memory: await readMemory(),
    cost: Math.max(...(await Promise.all(costs))),
  });
  const id = newRunId(startedAt);
  const directory = path.join(await runsRoot(options.runs), id);
  const plan: RunPlan = {
    id,
    directory,
    kernel,
    rootfs,
    mutant: options.mutant ?? null,
    accelerator,
    jobs,
    ...(options.dump === true ? { dump: true } : {}),
    seed: options.seed ?? defaultSeed,
    cold: options.cold === true,
    scenarios: chosen.map(
      ({
        id,
        scenario: {
          title,
          options: { asks, shape, tags },
        },
      }) => ({ id, title, asks, shape, tags: tags ?? [] }),
    ),
    startedAt: startedAt.toISOString(),
    control: options.followed === true ? path.join(directory, '.control') : null,
    host,
  };
  return { plan, why, whyJobs };
}

/** A plan, and what to call when this worker is done with it. */
export interface OwnPlan {
  readonly plan: RunPlan;
  readonly release: () => Promise<void>;
}

/** The plan of `lastref run`, or, under plain `npx ava suites/…`, one of this file's own. */
export async function planForThisWorker(own: readonly Pick<Found, 'id' | 'scenario'>[]): Promise<OwnPlan> {
  const file = process.env['LASTREF_PLAN'];
  if (file !== undefined) {
    return { plan: JSON.parse(await readFile(file, 'utf8')) as RunPlan, release: async () => undefined };
  }
  const { plan } = await makePlan({ scenarios: own, kernel: process.env['KERNEL'] });
  await mkdir(path.dirname(plan.directory), { recursive: true });
  const { release } = await createRun(plan);
  return { plan, release };
}
