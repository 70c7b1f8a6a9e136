import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Shape } from '../config/shape.js';
import { validateShape } from '../config/shape.js';
import { hasCode, LastrefError, messageOf } from '../kit/errors.js';
import { didYouMean } from '../kit/nearest.js';
import { projectRoot } from '../kit/paths.js';
import { promises } from './promises.js';
import type { Cells, Scenario } from './scenario.js';

const suitesRoot = 'suites';
const shapesRoot = path.join('guests', 'shapes');

export interface Found {
  /** `<area>/<name>`, of a cell `<area>/<name>/<cell>`. */
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

/** Imports a compiled module; one that cannot be loaded is named by its source. */
export async function importModule<T>(compiled: string): Promise<Partial<T>> {
  try {
    return (await import(pathToFileURL(compiled).href)) as Partial<T>;
  } catch (error) {
    const source = path.relative(path.join(projectRoot, 'build'), compiled).replace(/\.js$/, '.ts');
    throw new LastrefError(`${source} cannot be loaded: ${messageOf(error)}`, {
      blame: 'test',
      hint: '`make lint` names the line',
      cause: error,
    });
  }
}

/** The scenario itself, or a sentence on what its file lacks. */
export function checkedScenario(id: string, scenario: Partial<Scenario> | undefined): Scenario {
  if (scenario?.title === undefined || scenario.options === undefined || scenario.body === undefined) {
    throw new LastrefError(`${id} exports no scenario`, {
      blame: 'test',
      hint: 'end the file with `export default scenario(…)`',
    });
  }
  const unknown = scenario.options.asks.find((ask) => !Object.hasOwn(promises, ask));
  if (unknown !== undefined) {
    const names = Object.keys(promises);
    throw new LastrefError(`${id} asks for "${unknown}", which is no promise${didYouMean(unknown, names)}`, {
      blame: 'test',
      hint: `the promises are ${names.join(', ')}`,
    });
  }
  return scenario as Scenario;
}

/** The cells of a file by their ids. */
export function cellIds(file: string, cells: Cells): Cells {
  return Object.fromEntries(Object.entries(cells).map(([name, scenario]) => [`${file}/${name}`, scenario]));
}

/** The file in suites/ of a scenario or of a cell: its id's first two words. */
export function suiteFile(id: string): string {
  return `${path.join(suitesRoot, ...id.split('/').slice(0, 2))}.ts`;
}

type Declared = { readonly default: Partial<Scenario> & { readonly cells?: Cells } };

/** The scenarios of one compiled suite file, by id: the one that it is, or its cells. */
async function scenariosIn(compiled: string): Promise<Cells> {
  const { default: declared } = await importModule<Declared>(compiled);
  const id = scenarioId(compiled);
  const named = declared?.cells === undefined ? { [id]: declared } : cellIds(id, declared.cells);
  return Object.fromEntries(
    Object.entries(named).map(([own, scenario]) => [own, checkedScenario(own, scenario)]),
  );
}

/** Every scenario, by id. Imports the suite files; outside AVA that only describes them. */
export async function discoverScenarios(): Promise<Found[]> {
  const found: Found[] = [];
  for (const file of await modulesIn(suitesRoot)) {
    for (const [id, scenario] of Object.entries(await scenariosIn(file))) found.push({ id, file, scenario });
  }
  return found;
}

/** One scenario by its id; only its own file is imported. */
export async function findScenario(id: string): Promise<Scenario> {
  const compiled = path.join(projectRoot, 'build', suiteFile(id).replace(/\.ts$/, '.js'));
  const scenario = (await scenariosIn(compiled))[id];
  if (scenario !== undefined) return scenario;
  throw new LastrefError(`${suiteFile(id)} has no scenario ${id}`, { blame: 'test' });
}

/** Whether a scenario judges the tool and not the kernel: it is asked only when it is named. */
export const isMeta = (id: string): boolean => id.startsWith('meta/');

/**
 * The scenarios that words select: an id, a suite's folder, or a word they cover. No words: all but suites/meta.
 * Raises (user) with the nearest names for a word that selects nothing.
 */
export function selectScenarios(all: readonly Found[], words: readonly string[]): Found[] {
  if (words.length === 0) return all.filter(({ id }) => !isMeta(id));
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
    files.map(async (file) => {
      const { shape } = await importModule<{ shape: Shape }>(file);
      if (shape !== undefined) return validateShape(shape);
      throw new LastrefError(`the shape ${path.basename(file, '.js')} exports no \`shape\``, {
        blame: 'user',
        hint: 'write `export const shape: Shape = {…}`',
      });
    }),
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
