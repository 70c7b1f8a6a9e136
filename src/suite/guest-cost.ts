import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunPlan } from '../artifacts/result.js';
import type { Shape } from '../config/shape.js';
import { writeJson } from '../kit/atomic.js';
import { hasCode } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';

const mib = 1024 ** 2;

/** QEMU's own memory beside the guest's: translated code, devices, image buffers. Measured 100 to 150 MiB on 7.2. */
const qemuBytes = 256 * mib;

/** Room left above the most that was ever measured: scenarios differ in what they touch. */
const margin = 1.25;

/** How a guest began: a clone shares what it has not written with its template, a cold one shares nothing. */
export type Start = 'clone' | 'cold';

/** What tells one kind of guest from another as far as its memory goes. */
export interface GuestKind {
  readonly plan: Pick<RunPlan, 'kernel' | 'accelerator' | 'host'>;
  readonly shape: Shape;
  readonly start: Start;
}

interface Measured {
  readonly what: string;
  readonly peakBytes: number;
}

function fileOf({ plan, shape, start }: GuestKind): { file: string; what: string } {
  // by the kernel's name: the next edit of the same tree is expected to cost the same
  const what = [
    plan.kernel.name,
    plan.accelerator,
    plan.host['qemu'],
    shape.name,
    shape.memoryMiB,
    start,
  ].join(' ');
  const name = createHash('sha256').update(what).digest('hex').slice(0, 16);
  return { what, file: path.join(cacheRoot(), 'guest-memory', `${name}.json`) };
}

async function measured(kind: GuestKind): Promise<number | undefined> {
  try {
    const { peakBytes } = JSON.parse(await readFile(fileOf(kind).file, 'utf8')) as Measured;
    return Number.isFinite(peakBytes) ? peakBytes : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The most that a guest of this shape can take, in bytes: all its memory written, and QEMU's own. */
export const mostOf = ({ memoryMiB }: Shape): number => memoryMiB * mib + qemuBytes;

/** What a guest of this kind may cost, in bytes: a quarter more than the most that one did, or all it can take. */
export async function expectedCost(kind: GuestKind): Promise<number> {
  const peak = await measured(kind);
  return peak === undefined ? mostOf(kind.shape) : Math.min(mostOf(kind.shape), Math.round(peak * margin));
}

/** Remembers what a guest of this kind had taken when it ended, in bytes. Of two at once one is forgotten: no harm. */
export async function recordCost(kind: GuestKind, bytes: number): Promise<void> {
  const peak = await measured(kind);
  if (peak !== undefined && peak >= bytes) return;
  const { file, what } = fileOf(kind);
  await writeJson(file, { what, peakBytes: bytes } satisfies Measured);
}
