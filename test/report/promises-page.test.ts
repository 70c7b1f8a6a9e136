import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { readPageData } from '../../src/cli/docs.js';
import { projectRoot } from '../../src/kit/paths.js';
import type { PageData } from '../../src/report/page-data.js';
import { promisesPage } from '../../src/report/promises-page.js';

const answer = (id: string, outcome: 'PASS' | 'FAIL' | 'SKIP' | 'ERROR', asks = ['zap']) => ({
  id,
  title: `it is so | in ${id}`,
  asks,
  outcome,
});

const data: PageData = {
  promises: { zap: 'it is zapped', pool: 'it is balanced', other: 'nobody asks' },
  kernels: [
    {
      kernel: { name: 'k', release: '6.12' },
      answers: [
        answer('a/one', 'PASS'),
        answer('a/two', 'FAIL'),
        answer('a/three', 'PASS', ['pool']),
        answer('matrix/t/x', 'PASS', ['pool']),
        answer('matrix/t/y', 'SKIP', ['pool']),
      ],
    },
  ],
  stretches: [],
  mutations: [],
  coverage: {
    kernel: { name: 'c', release: '6.12' },
    files: [
      {
        file: 'a.c',
        lines: { reached: 9, total: 10 },
        branches: { reached: 0, total: 0 },
        unreached: [{ line: 1, fn: 'f', text: '', why: 'no hardware' }],
      },
    ],
  },
};

test('a promise holds where every scenario that asks for it passed, and is broken where one failed', (t) => {
  const page = promisesPage(data);
  t.regex(page, /`zap` \| it is zapped \| a 2 \| \*\*broken\*\* in 1 of 2/);
  t.regex(page, /`pool` \| it is balanced \| a 1, matrix 1 \| holds \(2\)/);
  t.regex(page, /`other` \| nobody asks \| {2}\| not asked/);
  t.regex(page, /- `a\/two` — it is not true that it is so.*: k$/m);
});

test('a known finding is a promise that is broken, and not the others that its scenario asks for', (t) => {
  const known = { ...answer('a/known', 'FAIL', ['zap', 'pool']), outcome: 'DONE' as const, broken: ['pool'] };
  const page = promisesPage({
    ...data,
    kernels: [{ kernel: { name: 'k', release: '6.12' }, answers: [known, answer('a/one', 'PASS')] }],
  });
  t.regex(page, /`zap` \| it is zapped \| a 2 \| holds \(2\)/);
  t.regex(page, /`pool` \| it is balanced \| a 1 \| \*\*broken\*\*, as is known, in 1 of 1/);
  t.regex(page, /- `a\/known` — it is not true that .*: k \(\[known\]/);
  t.regex(page, /`a\/known` \| .* \| \*\*no\*\*, as is known \|/);
});

test('whatever a scenario asks for, its guest has to survive', (t) => {
  const page = promisesPage({ ...data, promises: { 'guest-survives': 'it lives' } });
  t.regex(page, /`guest-survives` \| it lives \| a 3, matrix 1 \| holds \(4\) \|/);
});

test('what one looks something up in is folded, with what it says of each kernel', (t) => {
  const page = promisesPage(data);
  t.regex(page, /<summary>a: 3 scenarios; k: 2 of 3 passed<\/summary>/);
  t.regex(page, /<summary>matrix: 2 scenarios; k: 1 of 1 passed<\/summary>/);
  t.regex(page, /## Seeded bugs\n\nNone was asked yet\./);
  t.is(page.split('<details>').length, page.split('</details>').length);
});

test('cells are counted by table, and a bar in a title does not end its column', (t) => {
  const page = promisesPage(data);
  t.regex(page, /`matrix\/t\/…` \| .* \| 1 of 1 \|/);
  t.regex(page, /it is so \\\| in a\/one/);
});

test('races tell how often each window was hit, on each kernel, and stretches what they kept', (t) => {
  const raced = { ...answer('race/r/one', 'PASS'), counters: { 'churn.gone.during': 1280, 'a.b.during': 1 } };
  const stretch = {
    name: 'zap-late',
    describe: 'the zap is late',
    answers: [
      { id: 'race/r/one', outcome: 'PASS' as const, counters: { 'churn.gone.during': 3 } },
      { id: 'race/s/one', outcome: 'FAIL' as const, counters: { 'churn.gone.during': 4 } },
      { id: 'a/one', outcome: 'SKIP' as const },
      { id: 'a/two', outcome: 'DONE' as const },
    ],
  };
  const kernel = { name: 'k', release: '6.12' };
  const page = promisesPage({
    ...data,
    kernels: [...data.kernels, { kernel, answers: [raced] }],
    stretches: [{ kernel, stretches: [stretch] }],
  });
  t.regex(page, /\| `race\/r\/one` \| {2}\| a\.b 1, churn\.gone 1,280 \|/);
  t.regex(page, /\| k \| `zap-late` \| the zap is late \| 1 of 3 \(1 as is known\) \| churn\.gone 7 \|/);
  t.notRegex(promisesPage(data), /## (?:Races|Stretches)/);
});

test('coverage says what is neither reached nor explained, and the explanations', (t) => {
  const page = promisesPage(data);
  t.regex(page, /`a\.c` \| 90\.0 % \| - \| 0 \|/);
  t.regex(page, /`a\.c`: `f` — no hardware \(1 lines\)/);
});

test('docs/promises.md is what its data makes, not what somebody typed', async (t) => {
  const page = await readFile(path.join(projectRoot, 'docs', 'promises.md'), 'utf8');
  t.is(page, promisesPage(await readPageData(path.join(projectRoot, 'docs', 'data'))));
});
