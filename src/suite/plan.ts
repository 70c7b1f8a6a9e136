import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism, release as hostKernel, totalmem } from 'node:os';
import path from 'node:path';
import { newRunId, runsRoot } from '../artifacts/layout.js';
import type { RunPlan } from '../artifacts/result.js';
import { createRun } from '../artifacts/store.js';
import { compileProbe } from '../guest/probe-build.js';
import { buildKernel } from '../images/build.js';
import type { BuildProgress } from '../images/progress.js';
import { resolveKernel } from '../images/resolve.js';
import { buildRootfs } from '../images/rootfs.js';
import { LastrefError } from '../kit/errors.js';
import { chooseAccelerator, type WantedAccelerator } from '../qemu/accel.js';
import { qemuVersion } from '../qemu/version.js';
import { discoverScenarios, type Found, findShape, selectScenarios } from './discover.js';
import { defaultSeed, type Narrowing, narrow } from './narrow.js';

export const defaultKernel = 'linux-6.12-kasan';

export interface PlanOptions extends Narrowing {
  /** A named kernel, a tree, a bzImage or `git:PATH#REF`. */
  readonly kernel?: string | undefined;
  /** Path of a `.cocci` or `.patch`. */
  readonly mutant?: string | undefined;
  /** Scenario ids, suites or words they cover; none: everything but suites/meta. */
  readonly words?: readonly string[];
  /** Scenarios that are known already, instead of words: a worker cannot import the others' files. */
  readonly scenarios?: readonly Pick<Found, 'id' | 'scenario'>[];
  readonly runs?: string | undefined;
  readonly accelerator?: WantedAccelerator | undefined;
  readonly jobs?: number | undefined;
  /** Somebody follows the run on its control socket. */
  readonly followed?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onBuild?: (what: 'kernel' | 'rootfs', name: string, progress: BuildProgress) => void;
  readonly onBuilt?: (what: 'kernel' | 'rootfs', name: string, durationMs: number) => void;
}

/** What a guest takes from the host while it runs, in bytes: its memory, and QEMU's own. */
const guestBytes = 1.5 * 1024 ** 3;

/** Guests at once: one per core, as far as the memory goes. */
export function defaultJobs(cores = availableParallelism(), memory = totalmem()): number {
  return Math.max(1, Math.min(cores, Math.floor((memory * 0.8) / guestBytes)));
}

/** The scenarios that words, tags and a sample choose; none is the user's mistake. */
export async function chooseScenarios(options: Narrowing & Pick<PlanOptions, 'words'>): Promise<Found[]> {
  const all = await discoverScenarios();
  const chosen = narrow(all, selectScenarios(all, options.words ?? []), options);
  if (chosen.length > 0) return chosen;
  throw new LastrefError('no scenario is left after --tag and --sample', {
    blame: 'user',
    hint: 'lastref list',
  });
}

/** Decides everything before the first guest: builds or finds the images, proves the accelerator, picks the scenarios. */
export async function makePlan(options: PlanOptions = {}): Promise<{ plan: RunPlan; why: string }> {
  const startedAt = new Date();
  const { signal } = options;
  const chosen = options.scenarios ?? (await chooseScenarios(options));
  for (const { scenario } of chosen) await findShape(scenario.options.shape);
  const spec = await resolveKernel(options.kernel ?? defaultKernel);
  const qemu = await qemuVersion(); // what the user got wrong comes first
  const timed = async <T>(
    what: 'kernel' | 'rootfs',
    name: string,
    make: (onProgress: (progress: BuildProgress) => void) => Promise<T>,
  ): Promise<T> => {
    const since = performance.now();
    const made = await make((progress) => options.onBuild?.(what, name, progress));
    options.onBuilt?.(what, name, performance.now() - since);
    return made;
  };
  const rootfs = await timed('rootfs', 'base', (onProgress) => buildRootfs('base', { onProgress, signal }));
  const kernel = await timed('kernel', spec.name, (onProgress) =>
    buildKernel(spec, { mutant: options.mutant, onProgress, signal }),
  );
  for (const probe of ['p2pmem', 'remover']) await compileProbe(probe, { signal });
  // The initramfs without modules is enough: the proof ends where userspace begins.
  const proof = { bzImage: kernel.bzImage, initrd: rootfs.cpio };
  const { chosen: accelerator, why } = await chooseAccelerator(options.accelerator ?? 'auto', proof);
  const id = newRunId(startedAt);
  const directory = path.join(await runsRoot(options.runs), id);
  const plan: RunPlan = {
    id,
    directory,
    kernel,
    rootfs,
    mutant: options.mutant ?? null,
    accelerator,
    jobs: options.jobs ?? defaultJobs(),
    seed: options.seed ?? defaultSeed,
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
    host: {
      kernel: hostKernel(),
      qemu,
      node: process.version,
      cores: String(availableParallelism()),
      accelerator: why,
    },
  };
  return { plan, why };
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
