import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';
import type { Template } from './template.js';

/** Disk that all templates together may take, in bytes; one takes about 300 MiB for a guest of 1 GiB. */
const mostBytes = 8 * 1024 ** 3;
/** What nobody cloned for this long goes, in ms. */
const oldestMs = 14 * 24 * 3_600_000;
/** What was cloned so lately stays whatever the size, in ms: somebody may be starting from it. */
const freshMs = 10 * 60_000;

interface Aged {
  readonly folder: string;
  readonly usedAt: number;
  readonly bytes: number;
}

/** Which templates have to go: those too old, and the oldest until the rest fits. Pure. */
export function chooseEvictions(templates: readonly Aged[], now: number, limit = mostBytes): string[] {
  let left = templates.reduce((sum, { bytes }) => sum + bytes, 0);
  const going: string[] = [];
  for (const { folder, usedAt, bytes } of [...templates].sort((a, b) => a.usedAt - b.usedAt)) {
    const age = now - usedAt;
    if (age < freshMs || (age < oldestMs && left <= limit)) continue;
    left -= bytes;
    going.push(folder);
  }
  return going;
}

/** Keeps the templates' folder within its bounds. A clone that runs keeps what it has mapped. */
export async function evictTemplates(): Promise<void> {
  const parent = path.join(cacheRoot(), 'templates');
  const found: Aged[] = [];
  for (const name of await readdir(parent)) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    const folder = path.join(parent, name);
    try {
      const [memory, manifest] = await Promise.all([
        stat(path.join(folder, 'memory')),
        stat(path.join(folder, 'template.json')),
      ]);
      found.push({ folder, usedAt: manifest.mtimeMs, bytes: memory.blocks * 512 });
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error; // another process removed it meanwhile
    }
  }
  for (const folder of chooseEvictions(found, Date.now())) await bury(folder);
}

/** Throws a template away whose clone did not wake. */
export async function discardTemplate({ folder }: Template): Promise<void> {
  await bury(folder);
}

/** Renamed away first, so that nobody ever meets half of it. */
async function bury(folder: string): Promise<void> {
  const grave = await mkdtemp(path.join(path.dirname(folder), '.removed-'));
  await rename(folder, path.join(grave, 'template')).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
  });
  await rm(grave, { recursive: true, force: true });
}
