import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RunPlan } from '../src/artifacts/result.js';
import { createRun } from '../src/artifacts/store.js';
import type { RunningGuest } from '../src/guest/guest.js';
import { listProbes } from '../src/guest/probe-build.js';
import { startGuest } from '../src/guest/start.js';
import { judgeBoot } from '../src/suite/boot-log.js';
import { findShape } from '../src/suite/discover.js';
import { makeKeyPair } from '../src/suite/keys.js';
import { makePlan } from '../src/suite/plan.js';
import type { Scenario } from '../src/suite/scenario.js';

/** How a guest begins. */
export type Start = 'clone' | 'cold';

/** Everything that rows measure with: one kernel, one shape, one accelerator, a folder of their own. */
export interface Machine {
  readonly kernel: string;
  readonly shape: string;
  readonly plan: RunPlan;
  /** For what rounds leave behind; gone at the end. */
  readonly scratch: string;
  /** Starts a guest; the time to its first answer includes everything. */
  start(how: Start): Promise<RunningGuest>;
  end(): Promise<void>;
}

/** Does nothing but see that the guest is there: what remains is overhead. */
export const noop: Scenario = {
  title: 'the guest is there',
  options: { shape: 'cmb-switch', asks: [], covers: [] },
  body: async ({ guest, expect }) => {
    await expect('/proc/version is there', () => guest.exists('/proc/version')).toBecome(true);
  },
};

export const noopId = 'bench/noop';

/** Builds or finds the images and proves the accelerator, once for all rows. */
export async function openMachine(options: {
  readonly kernel: string;
  readonly folder: string;
  readonly onBuild: (what: string) => void;
}): Promise<Machine> {
  await mkdir(options.folder, { recursive: true });
  const scratch = await mkdtemp(path.join(options.folder, '.scratch-'));
  const { plan } = await makePlan({
    kernel: options.kernel,
    scenarios: [{ id: noopId, scenario: noop }],
    jobs: 1,
    runs: scratch,
    accelerator: 'auto',
    onBuild: (_what, name, { message }) => options.onBuild(`${name}: ${message}`),
  });
  const run = await createRun(plan);
  const shape = await findShape(noop.options.shape);
  let started = 0;
  return {
    kernel: options.kernel,
    shape: shape.name,
    plan,
    scratch,
    start: async (how) => {
      started += 1;
      const directory = path.join(scratch, `guest-${started}`);
      const guest = await startGuest({
        name: `bench/${started}`,
        shape,
        kernel: plan.kernel,
        rootfs: plan.rootfs,
        accelerator: plan.accelerator,
        directory,
        scratch: path.join(directory, 'scratch'),
        userKey: makeKeyPair(),
        record: () => undefined,
        templates: how === 'clone' ? 'make' : 'cold',
        probes: await listProbes(),
        judgeBoot: (console) => judgeBoot(console, plan.kernel.release),
      });
      if (guest.origin.kind === how) return guest;
      await guest.stop();
      throw new Error(`no ${how}: ${guest.origin.kind === 'cold' ? guest.origin.why : ''}`);
    },
    end: async () => {
      await run.release();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** The first clone makes the template; those that are measured find it. */
export async function makeTemplate(machine: Machine): Promise<void> {
  await (await machine.start('clone')).stop();
}
