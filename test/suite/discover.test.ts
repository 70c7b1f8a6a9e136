import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { LastrefError } from '../../src/kit/errors.js';
import { projectRoot } from '../../src/kit/paths.js';
import {
  checkedScenario,
  discoverShapes,
  type Found,
  findShape,
  importModule,
  scenarioId,
  selectScenarios,
} from '../../src/suite/discover.js';

function found(id: string, covers: readonly string[] = []): Found {
  return {
    id,
    file: `/x/suites/${id}.js`,
    scenario: { title: id, options: { shape: 'cmb-switch', asks: [], covers }, body: async () => undefined },
  };
}

const all = [
  found('dax/unbind', ['unbind']),
  found('meta/panic-is-fail', ['splat']),
  found('p2pdma/pool-after-exit', ['pool', 'map']),
  found('p2pdma/unbind-waits-for-write', ['unbind', 'gup']),
];
const chosen = (...words: string[]): string[] => selectScenarios(all, words).map(({ id }) => id);

test('without words, everything is chosen that questions the kernel, not the tool', (t) => {
  t.deepEqual(chosen(), ['dax/unbind', 'p2pdma/pool-after-exit', 'p2pdma/unbind-waits-for-write']);
});

test('a word chooses a scenario by its id, its name or its file, a suite by its folder, any by what it covers', (t) => {
  t.deepEqual(chosen('p2pdma/pool-after-exit'), ['p2pdma/pool-after-exit']);
  t.deepEqual(chosen('pool-after-exit'), ['p2pdma/pool-after-exit']);
  t.deepEqual(chosen('suites/p2pdma/pool-after-exit.ts'), ['p2pdma/pool-after-exit']);
  t.deepEqual(chosen('p2pdma'), ['p2pdma/pool-after-exit', 'p2pdma/unbind-waits-for-write']);
  t.deepEqual(chosen('suites/p2pdma/'), chosen('p2pdma'));
  t.deepEqual(chosen('meta'), ['meta/panic-is-fail']);
  t.deepEqual(chosen('pool'), ['p2pdma/pool-after-exit']);
});

test('a name that is also a covered word chooses both, in the order of the suites and once each', (t) => {
  t.deepEqual(chosen('unbind'), ['dax/unbind', 'p2pdma/unbind-waits-for-write']);
  t.deepEqual(chosen('gup', 'p2pdma', 'dax/unbind', 'dax'), [
    'dax/unbind',
    'p2pdma/pool-after-exit',
    'p2pdma/unbind-waits-for-write',
  ]);
});

test('a part of a name chooses nothing', (t) => {
  for (const word of ['p2p', 'p2pdma/unbind', 'pool-after', ''])
    t.throws(() => chosen(word), { message: /no scenario or suite is called/ });
});

test("an unknown word is the user's mistake, and the nearest names are told", (t) => {
  const error = t.throws<LastrefError>(() => chosen('p2pdma', 'p2pdma/pool-after-exti'), {
    instanceOf: LastrefError,
    message: 'no scenario or suite is called "p2pdma/pool-after-exti"; did you mean p2pdma/pool-after-exit?',
  });
  t.like(error, { blame: 'user', exitCode: 2, hint: 'lastref list' });
  t.throws(() => chosen('p2pdm'), { message: /did you mean .*\bp2pdma\b/ });
});

test('a scenario is called by the place of its file', (t) => {
  t.is(scenarioId(path.join('/a b/suites/p2pdma/x.ts')), 'p2pdma/x');
  t.is(scenarioId(path.join('/home/suites/lastref/build/suites/p2pdma/x.js')), 'p2pdma/x');
});

test('every shape of the checkout can exist, and is found by its name', async (t) => {
  const shapes = await discoverShapes();
  t.true(shapes.length >= 3);
  for (const shape of shapes) t.is((await findShape(shape.name)).describe, shape.describe);
  const names = shapes.map(({ name }) => name);
  t.deepEqual(names, [...new Set(names)]);
});

test("an unknown shape is the user's mistake, and the nearest name is told", async (t) => {
  const error = await t.throwsAsync<LastrefError>(findShape('cmb-swich'), {
    message: /did you mean cmb-switch/,
  });
  t.is(error?.exitCode, 2);
});

test('a module that cannot be loaded is named by its source, without a stack trace', async (t) => {
  const folder = await mkdtemp(path.join(projectRoot, 'build', '.broken-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const text of ['const = ;', 'throw new Error("not yet");', 'FILL_IN;']) {
    const file = path.join(folder, `${text.length}.js`);
    await writeFile(file, text);
    const error = await t.throwsAsync(importModule(file), { instanceOf: LastrefError });
    t.regex(error.message, /^\.broken-\w+\/\d+\.ts cannot be loaded: [^\n]+$/);
    t.is((error as LastrefError).blame, 'test');
  }
});

test('a file that exports no scenario, or asks for no promise, is said to be the author to mend', (t) => {
  const { scenario } = found('p2pdma/x');
  t.is(checkedScenario('p2pdma/x', scenario), scenario);
  for (const nothing of [undefined, {}, { title: 'x' }])
    t.throws(() => checkedScenario('p2pdma/x', nothing), { message: 'p2pdma/x exports no scenario' });
  const asks = ['zap-on-unbnd'] as unknown as typeof scenario.options.asks;
  t.throws(() => checkedScenario('p2pdma/x', { ...scenario, options: { ...scenario.options, asks } }), {
    message: /^p2pdma\/x asks for "zap-on-unbnd", which is no promise; did you mean zap-on-unbind/,
  });
});
