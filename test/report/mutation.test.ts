import test from 'ava';
import type { MutantRecord, MutationState } from '../../src/artifacts/mutation.js';
import { mutationPage, mutationTable, scoreLine, scoreOf } from '../../src/report/mutation.js';

const record = (name: string, more: Partial<MutantRecord>): MutantRecord => ({
  name,
  describe: 'a <b>bug</b>',
  invariant: '',
  breaks: ['zap-on-unbind'],
  text: '',
  fate: 'survived',
  why: '',
  kill: null,
  passed: [],
  discounted: [],
  buildSeconds: 1,
  seconds: 2,
  ...more,
});

const killed = (name: string, seconds: number): MutantRecord =>
  record(name, {
    fate: 'killed',
    kill: { scenario: 'a/zap', witness: 'assertion', promise: 'zap-on-unbind', headline: '', seconds },
  });

const state = (mutants: MutantRecord[]): MutationState => ({
  id: 'x',
  startedAt: '',
  kernel: { name: 'k', key: '', release: '6.12' },
  mutants,
  control: {},
});

const mixed = state([
  killed('a', 10),
  killed('b', 30),
  killed('c', 20),
  record('d', {}),
  record('e', { fate: 'equivalent', why: 'the offset is zero' }),
  record('f', { fate: 'does-not-apply', why: 'nothing matches' }),
]);

test('the score counts what could have been killed, and the median is of what was', (t) => {
  const { killed: seen, of, medianSeconds } = scoreOf(mixed);
  t.deepEqual({ seen, of, medianSeconds }, { seen: 3, of: 4, medianSeconds: 20 });
  t.is(
    scoreLine(mixed),
    'k 6.12: 3 of 4 mutants killed, median 20 s from build to verdict; besides: 1 does not apply, 1 equivalent',
  );
});

test('a run that was stopped says how many mutants it has not asked', (t) => {
  t.regex(scoreLine({ ...mixed, planned: 9 }), /; besides: 1 does not apply, 1 equivalent, 3 not asked yet$/);
});

test('the table begins with what got away, and says who saw the others and how', (t) => {
  const lines = mutationTable(mixed).split('\n');
  t.regex(lines[0] ?? '', /^survived +d +no scenario saw it$/);
  t.regex(lines[1] ?? '', /^does-not-apply +f +nothing matches$/);
  t.regex(lines[2] ?? '', /^killed +a +by a\/zap: zap-on-unbind \(assertion\), 10 s$/);
});

test('what the kernel without any bug failed is told aloud', (t) => {
  const broken = { ...mixed, control: { 'a/zap': 'PASS', 'a/<late>': 'FAIL' } };
  t.regex(mutationTable(broken), /^FAIL without any of these bugs: a\/<late>, so it kills none of them/m);
  t.regex(mutationPage(broken), /<p>FAIL without any of these bugs: a\/&lt;late&gt;/);
  t.notRegex(mutationTable(mixed), /without any/);
});

test('failures that do not count are told with the reason', (t) => {
  const one = record('d', { discounted: [{ scenario: 'a/b', why: 'it names pool-balances' }] });
  t.regex(mutationTable(state([one])), /a\/b: it names pool-balances/);
});

test('the page shows markup in a description as text', (t) => {
  t.regex(mutationPage(mixed), /a &lt;b&gt;bug/);
});
