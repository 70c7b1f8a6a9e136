import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Shape } from '../config/shape.js';
import { validateShape } from '../config/shape.js';
import { hasCode, LastrefError } from '../kit/errors.js';
import { didYouMean } from '../kit/nearest.js';
import { projectRoot } from '../kit/paths.js';
import type { Scenario } from './scenario.js';

const suitesRoot = 'suites';
const shapesRoot = path.join('guests', 'shapes');

export interface Found {
  /** `<area>/<name>` */
  readonly id: string;
  readonly file: string;
  readonly scenario: Scenario;
}

/** `<area>/<name>` of a compiled (or source) suite file. */
export function scenarioId(file: string): string {
  const inside = file.split(`${path.sep}suites${path.sep}`).at(-1) ?? file;
  return inside
    .replace(/\.[jt]s$/, '')
    .split(path.sep)
    .join('/');
}

/** Compiled modules of a source folder. One whose source is gone was deleted or renamed: it is not there any more. */
async function modulesIn(folder: string): Promise<string[]> {
  const compiled = path.join(projectRoot, 'build', folder);
  try {
    const [names, sources] = await Promise.all([
      readdir(compiled, { recursive: true }),
      readdir(path.join(projectRoot, folder), { recursive: true }),
    ]);
    const living = new Set(sources);
    return names
      .filter((name) => name.endsWith('.js') && living.has(name.replace(/\.js$/, '.ts')))
      .sort()
      .map((name) => path.join(compiled, name));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    throw new LastrefError(`nothing is compiled in ${compiled}`, { blame: 'user', hint: 'npm run build' });
  }
}

/** Every scenario, by id. Imports the suite files; outside AVA that only describes them. */
export async function discoverScenarios(): Promise<Found[]> {
  const found: Found[] = [];
  for (const file of await modulesIn(suitesRoot)) {
    const module = (await import(pathToFileURL(file).href)) as { default?: Scenario };
    if (module.default?.title === undefined) {
      throw new LastrefError(`${scenarioId(file)} exports no scenario`, {
        blame: 'test',
        hint: 'end the file with `export default scenario(…)`',
      });
    }
    found.push({ id: scenarioId(file), file, scenario: module.default });
  }
  return found;
}

/** Suites in which a scenario is named by default: those that question the kernel, not the tool. */
export const metaArea = 'meta';

/**
 * The scenarios that words select: an id, a suite's folder, or a word they cover. No words: all but suites/meta.
 * Raises (user) with the nearest names for a word that selects nothing.
 */
export function selectScenarios(all: readonly Found[], words: readonly string[]): Found[] {
  if (words.length === 0) return all.filter(({ id }) => !id.startsWith(`${metaArea}/`));
  const chosen = new Set<Found>();
  for (const word of words) {
    const name = word
      .replace(/^suites\//, '')
      .replace(/\.[jt]s$/, '')
      .replace(/\/$/, '');
    const hits = all.filter(
      ({ id, scenario }) =>
        id === name ||
        id.startsWith(`${name}/`) ||
        id.split('/')[1] === name ||
        scenario.options.covers.includes(name),
    );
    if (hits.length === 0) {
      const names = [...all.map(({ id }) => id), ...new Set(all.map(({ id }) => id.split('/')[0] ?? ''))];
      throw new LastrefError(`no scenario or suite is called "${word}"${didYouMean(name, names)}`, {
        blame: 'user',
        hint: 'lastref list',
      });
    }
    for (const hit of hits) chosen.add(hit);
  }
  return all.filter((found) => chosen.has(found));
}

/** Every shape, validated. */
export async function discoverShapes(): Promise<Shape[]> {
  const files = await modulesIn(shapesRoot);
  return Promise.all(
    files.map(async (file) =>
      validateShape(((await import(pathToFileURL(file).href)) as { shape: Shape }).shape),
    ),
  );
}

export async function findShape(name: string): Promise<Shape> {
  const shapes = await discoverShapes();
  const shape = shapes.find((candidate) => candidate.name === name);
  if (shape !== undefined) return shape;
  throw new LastrefError(
    `no shape is called "${name}"${didYouMean(
      name,
      shapes.map((candidate) => candidate.name),
    )}`,
    {
      blame: 'user',
      hint: 'lastref list',
    },
  );
}
