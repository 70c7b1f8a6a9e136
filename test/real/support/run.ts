import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { main } from '../../support/lastref.js';
import { markName } from './descendants.js';
import { kernelWords } from './machine.js';

export const slowScenario = 'p2pdma/unbind-waits-for-write';

/** Starts a real `lastref run`; everything it starts carries `mark`. */
export function startRun(runs: string, words: readonly string[]) {
  const mark = randomUUID();
  const child = execa(process.execPath, [main, 'run', ...words, ...kernelWords, '--runs', runs], {
    env: { [markName]: mark },
    all: true,
    reject: false,
    cleanup: false,
  });
  return { child, mark };
}

/** Directory of the newest run, or null when none was begun. */
export async function newestRun(runs: string): Promise<string | null> {
  const ids = (await readdir(runs)).filter((name) => /^\d{8}-\d{6}-[0-9a-f]{6}$/.test(name)).sort();
  const newest = ids.at(-1);
  return newest === undefined ? null : path.join(runs, newest);
}

export interface KeptResult {
  readonly file: string;
  readonly outcome: string;
  readonly headline: string;
}

/** Every result.json below a folder, parsed; raises for one that is not whole. */
export async function readResults(folder: string): Promise<KeptResult[]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(
    names
      .filter((name) => path.basename(name) === 'result.json')
      .map(async (file) => {
        const result = JSON.parse(await readFile(path.join(folder, file), 'utf8'));
        return { file, outcome: result.outcome, headline: result.verdict?.headline ?? result.headline };
      }),
  );
}
