import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { projectRoot } from '../src/kit/paths.js';

/** What each folder of src/ may import besides itself. Data flows one way. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  kit: [],
  config: ['kit'],
  images: ['kit', 'config'],
  qemu: ['kit', 'config'],
  guest: ['kit', 'config', 'images', 'qemu'],
  verdict: ['kit'],
  artifacts: ['kit', 'config', 'verdict'],
  report: ['kit', 'config', 'verdict', 'artifacts'],
  suite: ['kit', 'config', 'images', 'qemu', 'guest', 'verdict', 'artifacts'],
  cli: ['kit', 'config', 'images', 'qemu', 'guest', 'verdict', 'artifacts', 'report', 'suite'],
};

/** Text in, value out: these touch no process, socket or file. */
const pure = ['verdict', 'report'];
const impureModules =
  /^(node:(fs|child_process|net|http|https|dgram|worker_threads|cluster)(\/.*)?|execa|ssh2|tar|ava|p-retry)$/;

const longestFile = 350;

interface Source {
  /** Relative to the checkout. */
  readonly file: string;
  readonly text: string;
  readonly imports: readonly { readonly from: string; readonly typeOnly: boolean }[];
}

async function readSources(folder: string): Promise<Source[]> {
  const names = await readdir(path.join(projectRoot, folder), { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
  return Promise.all(
    files.sort().map(async (file) => {
      const text = await readFile(path.join(projectRoot, file), 'utf8');
      return { file, text, imports: importsOf(text) };
    }),
  );
}

function importsOf(text: string): Source['imports'] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const calls = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statements].map(([, type, from = '']) => ({ from, typeOnly: type !== undefined })),
    ...[...calls].map(([, from = '']) => ({ from, typeOnly: false })),
  ];
}

const areaOf = (file: string): string => file.split('/')[1] ?? '';

/** The file in src/ that a relative import names. */
const target = (source: string, from: string): string => path.join(path.dirname(source), from);

const sources = await readSources('src');

test('imports are seen in every way they can be written', (t) => {
  const text = `import a from './a.js';\nimport type { B } from './b.js';\nimport {\n  c,\n} from './c.js';\nexport { d } from './d.js';\nimport './e.js';\nconst f = await import('./f.js');\ntype G = import('./g.js').G;\n`;
  t.deepEqual(
    importsOf(text).map(({ from }) => from),
    ['./a.js', './b.js', './c.js', './d.js', './e.js', './f.js', './g.js'],
  );
});

test('every folder of src/ has its place in the order', (t) => {
  t.deepEqual(
    [...new Set(sources.map(({ file }) => areaOf(file)))].filter((area) => mayImport[area] === undefined),
    [],
  );
});

test('no import points back', (t) => {
  const back = sources.flatMap(({ file, imports }) =>
    imports
      .filter(({ from }) => from.startsWith('.'))
      .map(({ from }) => target(file, from))
      .filter((to) => areaOf(to) !== areaOf(file) && !mayImport[areaOf(file)]?.includes(areaOf(to)))
      .map((to) => `${file} imports ${to}`),
  );
  t.deepEqual(back, []);
});

test('relative imports end in .js and stay in src/', (t) => {
  const odd = sources.flatMap(({ file, imports }) =>
    imports
      .filter(
        ({ from }) =>
          from.startsWith('.') && !(from.endsWith('.js') && target(file, from).startsWith('src/')),
      )
      .map(({ from }) => `${file} imports ${from}`),
  );
  t.deepEqual(odd, []);
});

test('no files import each other in a circle, types aside', (t) => {
  const graph = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports
        .filter(({ from, typeOnly }) => from.startsWith('.') && !typeOnly)
        .map(({ from }) => target(file, from).replace(/\.js$/, '.ts')),
    ]),
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (done.has(file) || way.includes(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  t.deepEqual(circles, []);
});

test('verdict and report touch no process, socket or file', (t) => {
  const impure = sources
    .filter(({ file }) => pure.includes(areaOf(file)))
    .flatMap(({ file, imports }) =>
      imports
        .filter(({ from, typeOnly }) => !typeOnly && impureModules.test(from))
        .map(({ from }) => `${file} imports ${from}`),
    );
  t.deepEqual(impure, []);
});

test('what report takes from artifacts is types, so that it stays pure', (t) => {
  const values = sources
    .filter(({ file }) => areaOf(file) === 'report')
    .flatMap(({ file, imports }) =>
      imports
        .filter(({ from, typeOnly }) => from.includes('/artifacts/') && !typeOnly)
        .map(({ from }) => `${file} imports ${from}`),
    );
  t.deepEqual(values, []);
});

test('nothing exports a default from src/', (t) => {
  t.deepEqual(
    sources.filter(({ text }) => /^export default\b/m.test(text)).map(({ file }) => file),
    [],
  );
});

test('nothing is handed to a shell as one string', async (t) => {
  const everything = [...sources, ...(await readSources('suites')), ...(await readSources('guests'))];
  const shells =
    /\bshell:\s*(true|'|")|\bexeca?Command\w*\(|\bexecSync\(|from 'node:child_process'.*\bexec\b/;
  t.deepEqual(
    everything.filter(({ text }) => shells.test(text)).map(({ file }) => file),
    [],
  );
});

test('no file is too long to be read at once, rule tables aside', async (t) => {
  const everything = [
    ...sources,
    ...(await readSources('suites')),
    ...(await readSources('guests')),
    ...(await readSources('images')),
  ];
  const long = everything
    .filter(({ file }) => !file.startsWith('src/verdict/rules/'))
    .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > longestFile);
  t.deepEqual(long, []);
});

test('file names are kebab-case and say what is inside', async (t) => {
  const names = [...sources, ...(await readSources('suites'))].map(({ file }) => file);
  t.deepEqual(
    names.filter((file) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(file)),
    [],
  );
  t.deepEqual(
    names.filter((file) => /(^|[/-])(utils?|helpers?|misc|common)\b/.test(file)),
    [],
  );
});
