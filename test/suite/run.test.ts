import { mkdir, symlink } from 'node:fs/promises';
import test from 'ava';
import { scenarioPaths } from '../../src/artifacts/layout.js';
import { heldAgainst, runScenario } from '../../src/suite/run.js';
import type { Scenario, ScenarioOptions } from '../../src/suite/scenario.js';
import { outcomes, type Verdict } from '../../src/verdict/types.js';
import { samplePlan, scratch } from '../artifacts/support/sample-run.js';

function declaring(declares?: ScenarioOptions['declares']): Scenario {
  return {
    title: 'x',
    options: { shape: 's', asks: [], covers: [], ...(declares === undefined ? {} : { declares }) },
    body: async () => undefined,
  };
}

const panicked: Verdict = {
  outcome: 'FAIL',
  headline: 'guest-survives broken: the kernel panicked',
  reasons: [{ witness: 'console', detail: 'the kernel reported Kernel panic' }],
  broken: ['guest-survives'],
};

test('a scenario that declares nothing is what its verdict is', (t) => {
  t.is(heldAgainst(declaring(), panicked), panicked);
});

test('a FAIL that was declared is a PASS, breaks nothing, and says so', (t) => {
  t.deepEqual(heldAgainst(declaring({ outcome: 'FAIL', says: /the kernel panicked$/m }), panicked), {
    outcome: 'PASS',
    headline: 'as declared: FAIL: guest-survives broken: the kernel panicked',
    reasons: panicked.reasons,
    broken: [],
  });
});

test('what is declared must be the headline, not a reason beside it', (t) => {
  t.is(heldAgainst(declaring({ outcome: 'FAIL', says: /the kernel panicked/ }), panicked).outcome, 'PASS');
  t.is(heldAgainst(declaring({ outcome: 'FAIL', says: /^console: .*panic/m }), panicked).outcome, 'ERROR');
});

test('a reason that is declared must be given, too', (t) => {
  const declares = { outcome: 'FAIL', says: /the kernel panicked/ } as const;
  t.is(heldAgainst(declaring({ ...declares, because: /reported Kernel panic/ }), panicked).outcome, 'PASS');
  const held = heldAgainst(declaring({ ...declares, because: /forged/ }), panicked);
  t.is(held.outcome, 'ERROR');
  t.regex(held.headline, /and gives no reason like \/forged\/$/);
});

test('a kernel that cannot be asked stays a SKIP, whatever is declared', (t) => {
  const skipped = { ...panicked, outcome: 'SKIP' as const };
  t.is(heldAgainst(declaring({ outcome: 'FAIL', says: /./ }), skipped).outcome, 'SKIP');
});

test('the right outcome for another reason is an error of the tool', (t) => {
  const held = heldAgainst(declaring({ outcome: 'FAIL', says: /KASAN/ }), panicked);
  t.is(held.outcome, 'ERROR');
  t.is(
    held.headline,
    'declared FAIL /KASAN/, but the tool said FAIL: guest-survives broken: the kernel panicked',
  );
  t.deepEqual(held.broken, []);
});

test('every other outcome than the declared one is an error, PASS above all', (t) => {
  for (const outcome of outcomes.filter((one) => one !== 'SKIP')) {
    const held = heldAgainst(declaring({ outcome: 'FAIL', says: /./ }), { ...panicked, outcome });
    t.is(held.outcome, outcome === 'FAIL' ? 'PASS' : 'ERROR', outcome);
  }
});

test.serial(
  'evidence that the disk does not take is a MISS that says so, not an unfinished test',
  async (t) => {
    const plan = { ...samplePlan(await scratch(t)), control: null };
    const id = 'p2pdma/write';
    const paths = scenarioPaths(plan.directory, id);
    for (const attempt of [1, 2]) {
      await mkdir(paths.attempt(attempt), { recursive: true });
      await symlink('/dev/full', `${paths.attempt(attempt)}/events.jsonl`);
    }
    const { outcome, verdict, attempts } = await runScenario(id, declaring(), plan);
    t.is(outcome, 'MISS');
    t.is(attempts, 2);
    t.regex(verdict.headline, /^no room left on the disk that holds .*attempt-2 \(attempt 2\)$/);
  },
);
