import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { projectRoot } from '../../src/kit/paths.js';
import { scenarioId, suiteFile } from '../../src/suite/discover.js';
import { promises } from '../../src/suite/promises.js';

interface Listed {
  readonly scenarios: readonly {
    readonly id: string;
    readonly suite: string;
    readonly title: string;
    readonly shape: string;
    readonly asks: readonly string[];
    readonly covers: readonly string[];
  }[];
  readonly shapes: readonly { readonly name: string }[];
  readonly mutants: readonly {
    readonly name: string;
    readonly describe: string;
    readonly breaks: readonly string[];
    readonly path: string;
  }[];
}

// In a process of its own: here, importing a scenario would schedule it as a test of this file.
const main = path.join(projectRoot, 'build/src/cli/main.js');
const { stdout } = await execa(process.execPath, [main, 'list', '--json']);
const { scenarios, shapes, mutants } = JSON.parse(stdout) as Listed;
const known = Object.keys(promises);

const sources = await Promise.all(
  [...new Set(scenarios.map(({ id }) => suiteFile(id)))].map(async (file) => ({
    id: scenarioId(path.join(projectRoot, file)),
    text: await readFile(path.join(projectRoot, file), 'utf8'),
  })),
);

test('every scenario file is found, and nothing else', async (t) => {
  const files = await readdir(path.join(projectRoot, 'suites'), { recursive: true });
  const ids = files.filter((file) => file.endsWith('.ts')).map((file) => file.replace(/\.ts$/, ''));
  t.deepEqual(sources.map(({ id }) => id).sort(), ids.sort());
  t.true(ids.length >= 20);
});

test.serial(
  'a scenario whose source is gone is gone, although its compiled file is still there',
  async (t) => {
    const left = path.join(projectRoot, 'build/suites/p2pdma', 'was-renamed.js');
    await writeFile(left, 'throw new Error("a file that is gone was loaded");\n');
    t.teardown(() => rm(left, { force: true }));
    const listed = await execa(process.execPath, [main, 'list', '--json']);
    t.deepEqual((JSON.parse(listed.stdout) as Listed).scenarios, scenarios);
  },
);

test('a title is a sentence that is true on a correct kernel, and no other scenario has it', (t) => {
  for (const { id, title } of scenarios) t.regex(title, /^[a-z].{15,110}[^.\s]$/, id);
  t.is(new Set(scenarios.map(({ title }) => title)).size, scenarios.length);
});

test('a scenario asks promises that are known, on a shape that exists, and can be chosen by a word', (t) => {
  const names = shapes.map(({ name }) => name);
  for (const { id, asks, shape, covers } of scenarios) {
    t.true(asks.length > 0, id);
    for (const ask of asks) t.true(known.includes(ask), `${id} asks ${ask}`);
    t.true(names.includes(shape), `${id} wants ${shape}`);
    t.true(covers.length > 0, id);
    for (const word of covers) t.regex(word, /^[a-z0-9]+(-[a-z0-9]+)*$/, id);
  }
});

test('every promise is asked by a scenario', (t) => {
  const asked = new Set(scenarios.flatMap(({ asks }) => asks));
  t.deepEqual(
    known.filter((promise) => !asked.has(promise)),
    [],
  );
});

test('a scenario hopes for nothing: it neither sleeps nor polls by itself', (t) => {
  for (const { id, text } of sources)
    t.notRegex(text, /setTimeout|setInterval|\bsleep\b|timers\/promises/, id);
});

test('a scenario reads on one screen', (t) => {
  for (const { id, text } of sources) t.true(text.split('\n').length <= 62, id);
});

test('a scenario reaches only what scenarios are given', (t) => {
  const given = /^\.\.\/\.\.\/src\/suite\/[a-z-]+\.js$/;
  for (const { id, text } of sources)
    for (const [, from = ''] of text.matchAll(/\bfrom '([^']+)'/g)) t.regex(from, given, id);
});

test('a scenario that judges the tool declares what the tool must say, and no other one does', (t) => {
  for (const { id, text } of sources) t.is(/\bdeclares:|\/crash\.js/.test(text), id.startsWith('meta/'), id);
});

test('a mutant says what it does, and breaks promises that are known and asked', (t) => {
  t.true(mutants.length >= 2);
  for (const { name, describe, breaks, path: file } of mutants) {
    t.regex(describe, /.{20,}/, name);
    t.true(breaks.length > 0, name);
    for (const promise of breaks) t.true(known.includes(promise), `${name} breaks ${promise}`);
    const suite = path.relative(path.join(projectRoot, 'suites'), file).split(path.sep)[0];
    const asked = scenarios.filter((one) => one.suite === suite).flatMap(({ asks }) => asks);
    const always = ['guest-survives']; // the console is judged without being asked
    t.true(
      breaks.some((promise) => [...asked, ...always].includes(promise)),
      name,
    );
  }
});

test('a mutant names scenarios that there are, or says why none can see it', async (t) => {
  for (const { name, path: file } of mutants) {
    if (file.includes('/meta/')) continue;
    const text = await readFile(file, 'utf8');
    const words = /^\/\/ seen by: (.*)$/m.exec(text)?.[1]?.split(/[\s,]+/) ?? [];
    t.true(words.length > 0 || /^\/\/ equivalent: .{20,}/m.test(text), name);
    for (const word of words)
      t.true(
        scenarios.some(({ id }) => id === word),
        `${name} is seen by ${word}`,
      );
  }
});
