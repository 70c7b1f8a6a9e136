import path from 'node:path';
import { readJson } from '../images/store.js';
import { writeJson } from '../kit/atomic.js';
import { cacheRoot } from '../kit/paths.js';

interface Strikes {
  readonly count: number;
  readonly why: string;
  /** ms since 1970. */
  readonly at: number;
}

/** A template that failed twice is not tried again for this long, in ms: making one costs a boot. */
const forgottenAfterMs = 24 * 3_600_000;
const out = 2;

const fileOf = (key: string): string => path.join(cacheRoot(), 'templates', `${key}.strikes.json`);

async function standing(key: string): Promise<Strikes | undefined> {
  const strikes = await readJson<Strikes>(fileOf(key));
  return strikes === undefined || Date.now() - strikes.at > forgottenAfterMs ? undefined : strikes;
}

/** Why templates of this key are not made for now; undefined when they are. */
export async function strikesAgainst(key: string): Promise<string | undefined> {
  const strikes = await standing(key);
  return strikes !== undefined && strikes.count >= out ? strikes.why : undefined;
}

/** Remembers that a template failed. One failure may be the host's bad day; `final` needs no second. */
export async function strike(key: string, why: string, { final = false } = {}): Promise<void> {
  const before = (await standing(key))?.count ?? 0;
  const strikes: Strikes = { count: final ? out : before + 1, why, at: Date.now() };
  await writeJson(fileOf(key), strikes);
}
