import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { readPageData } from '../../src/cli/docs.js';
import { projectRoot } from '../../src/kit/paths.js';
import { type PageData, promisesPage } from '../../src/report/promises-page.js';

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
  t.regex(page, /`zap` \| it is zapped \| \*\*broken\*\* in 1 of 2/);
  t.regex(page, /`pool` \| it is balanced \| holds \(2\)/);
  t.regex(page, /`other` \| nobody asks \| not asked/);
  t.regex(page, /- k: `a\/two` — it is not true that it is so/);
});

test('a known finding is a promise that is broken, and not the others that its scenario asks for', (t) => {
  const known = { ...answer('a/known', 'FAIL', ['zap', 'pool']), outcome: 'DONE' as const, broken: ['pool'] };
  const page = promisesPage({
    ...data,
    kernels: [{ kernel: { name: 'k', release: '6.12' }, answers: [known, answer('a/one', 'PASS')] }],
  });
  t.regex(page, /`zap` \| it is zapped \| holds \(2\)/);
  t.regex(page, /`pool` \| it is balanced \| \*\*broken\*\*, as is known, in 1 of 1/);
  t.regex(page, /- k: `a\/known` — it is not true that .*known/);
  t.regex(page, /`a\/known` \| .* \| \*\*no\*\*, as is known \|/);
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
  t.regex(page, /\| `zap-late` \| the zap is late \| 1 of 3 \(1 as is known\) \| churn\.gone 7 \|/);
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
