import test from 'ava';
import { heldAgainst } from '../../src/suite/run.js';
import type { Scenario, ScenarioOptions } from '../../src/suite/scenario.js';
import { outcomes, type Verdict } from '../../src/verdict/types.js';

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
