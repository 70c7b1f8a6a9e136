import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { newRunId } from '../../../src/artifacts/layout.js';
import type { RunPlan, ScenarioResult } from '../../../src/artifacts/result.js';
import { unfinishedScenario } from '../../../src/artifacts/store.js';
import type { Outcome, Splat } from '../../../src/verdict/types.js';

/** A folder of this test alone, gone when it ends. */
export async function scratch(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lastref test '));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export function samplePlan(runs: string, ids: readonly string[] = ['p2pdma/write', 'p2pdma/read']): RunPlan {
  const id = newRunId();
  return {
    id,
    directory: path.join(runs, id),
    kernel: {
      name: 'linux-6.12-kasan',
      key: 'k',
      bzImage: '/cache/bzImage',
      release: '6.12.1',
      modulesCpio: null,
      config: null,
      vmlinux: null,
      source: null,
      provenance: { source: 'linux-source-6.12' },
    },
    rootfs: { name: 'base', key: 'r', cpio: '/cache/rootfs.cpio.gz', hostKeys: [], provenance: {} },
    mutant: null,
    accelerator: 'tcg',
    cold: false,
    jobs: 2,
    scenarios: ids.map((id) => ({
      id,
      title: `${id} keeps its word`,
      asks: ['unbind-waits'],
      shape: 'cmb-switch',
    })),
    startedAt: '2026-01-02T03:04:05.000Z',
    control: null,
    host: { cpu: 'model' },
  };
}

export function sampleSplat(
  raw = 'BUG: KASAN: slab-use-after-free in f+0x1/0x2\nCall Trace:\n <TASK>',
): Splat {
  return {
    class: 'KASAN-USE-AFTER-FREE-READ',
    title: 'KASAN: slab-use-after-free Read in f',
    function: 'f',
    file: null,
    corrupted: null,
    start: 0,
    end: raw.length,
    fingerprint: 'abc',
    raw,
    decoded: null,
    access: null,
    task: null,
    cpu: null,
    taint: null,
    kernel: null,
    stacks: [],
    locks: [],
    time: { first: null, last: null },
    aftermath: [],
    fatal: false,
    origin: 'unknown',
    noise: null,
    facts: {},
  };
}

export function sampleResult(
  plan: RunPlan,
  id: string,
  outcome: Outcome,
  headline = 'because',
): ScenarioResult {
  const planned = plan.scenarios.find((scenario) => scenario.id === id);
  if (planned === undefined) throw new Error(`${id} is not planned`);
  return {
    ...unfinishedScenario(plan, planned),
    outcome,
    verdict: {
      outcome,
      headline,
      reasons: [{ witness: 'console', detail: headline }],
      broken: outcome === 'FAIL' ? ['unbind-waits'] : [],
    },
    splats: outcome === 'FAIL' ? [sampleSplat()] : [],
    startedAt: '2026-01-02T03:04:06.000Z',
    durationMs: 1234,
    bootMs: 900,
    attempts: 1,
    evidence: ['console.log'],
  };
}
