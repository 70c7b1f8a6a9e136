import test from 'ava';
import type { ProcessSample } from '../../src/guest/probe-types-remover.js';
import { LastrefError } from '../../src/kit/errors.js';
import { type Findings, observe } from '../../src/suite/observe.js';
import type { Scenario } from '../../src/suite/scenario.js';
import { keptTask, WitnessError } from '../../src/suite/witness-error.js';
import { judge } from '../../src/verdict/judge.js';

const asked: Scenario = {
  title: 'it holds',
  options: { shape: 'cmb-switch', asks: ['unbind-waits-for-pins', 'zap-on-unbind'], covers: [] },
  body: async () => undefined,
};

const judged = (found: Partial<Findings>) =>
  judge(
    observe(
      asked,
      { pools: [], counters: {}, beganMs: 0, state: 'off-asked', ...found },
      { splats: [], lost: [] },
    ),
  );

const sample = (change: Partial<ProcessSample> = {}): ProcessSample => ({
  pid: 92,
  state: 'D',
  wchan: 'memunmap_pages',
  stack: ['__schedule', 'schedule', 'memunmap_pages', 'devm_action_release'],
  voluntarySwitches: 1,
  involuntarySwitches: 1,
  cpuTicks: 1,
  tsc: 1n,
  ...change,
});

test('a removal that never returns is told by the witness of hangs, with what it waits in', (t) => {
  const blocked = keptTask('unbind cmb', sample(), 45_000, 'unbind-waits-for-pins');
  const verdict = judged({
    thrown: new WitnessError('it does not return', 'unbind-waits-for-pins', { blocked }),
  });
  t.is(
    verdict.headline,
    'unbind-waits-for-pins broken: unbind cmb never came back from the kernel: it is blocked in memunmap_pages, watched for 45.0 s',
  );
  t.deepEqual(verdict.broken, ['unbind-waits-for-pins']);
  t.deepEqual(
    verdict.reasons.map(({ witness }) => witness),
    ['hang'],
  );
});

test('a task that runs is said to spin, and one without a stack waits where its wchan says', (t) => {
  t.is(keptTask('it', sample({ state: 'R', wchan: '0', stack: null }), 1, undefined).how, 'spinning');
  t.is(keptTask('it', sample({ stack: null }), 1, undefined).symbol, 'memunmap_pages');
  t.is(keptTask('it', sample({ wchan: '0', stack: [] }), 1, undefined).symbol, undefined);
});

test('bytes in the wrong hands are told by the witness of canaries, against the promise asked', (t) => {
  const canaries = [{ bad: 2, of: 512, detail: 'map1, word 3', promise: 'zap-on-unbind' }];
  const verdict = judged({ thrown: new WitnessError('words changed', 'zap-on-unbind', { canaries }) });
  t.is(verdict.reasons[0]?.witness, 'canary');
  t.deepEqual(verdict.broken, ['zap-on-unbind']);
});

test('a probe that the kernel keeps outweighs the wait that was given up', (t) => {
  const { outcome, reasons } = judged({
    thrown: new LastrefError('gave up waiting for probe p2pmem to answer touch', { blame: 'test' }),
    blocked: { what: 'probe p2pmem', how: 'spinning', symbol: 'do_user_addr_fault', waitedMs: 2000 },
  });
  t.is(outcome, 'FAIL');
  t.deepEqual(
    reasons.map(({ witness }) => witness),
    ['hang', 'declared'],
  );
});
