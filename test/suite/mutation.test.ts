import test from 'ava';
import type { ScenarioResult } from '../../src/artifacts/result.js';
import type { Mutant } from '../../src/images/mutant.js';
import type { Found } from '../../src/suite/discover.js';
import { discount, equivalentOn, inBuildOrder, promiseShown, stagesFor } from '../../src/suite/mutation.js';
import type { PromiseName } from '../../src/suite/promises.js';

const mutant = (more: Partial<Mutant> = {}): Mutant => ({
  name: 'm',
  path: '/m.cocci',
  describe: '',
  breaks: ['zap-on-unbind'],
  accepts: ['unbind-finishes'],
  invariant: '',
  seenBy: [],
  equivalent: null,
  equivalentBefore: null,
  equivalentFrom: null,
  files: ['a.c'],
  text: '',
  code: '',
  ...more,
});

const found = (id: string, asks: PromiseName[], covers: string[] = []): Found => ({
  id,
  file: '',
  scenario: { title: '', options: { shape: 's', asks, covers }, body: async () => undefined },
});

const result = (broken: string[], bootMs: number | null = 1): ScenarioResult =>
  ({
    bootMs,
    outcome: 'FAIL',
    verdict: { outcome: 'FAIL', headline: 'it broke', reasons: [], broken },
  }) as never;

const zap = found('a/zap', ['zap-on-unbind']);
const pool = found('a/pool', ['pool-balances'], ['pool']);
const nightly = found('b/storm', ['pool-balances'], ['race']);
const meta = found('meta/x', ['zap-on-unbind']);
const quick = [zap, pool];
const all = [zap, pool, nightly, meta];
const ids = (stages: Found[][]): string[][] => stages.map((stage) => stage.map(({ id }) => id));

test('a mutant meets the scenarios of its header first, then those that ask what it breaks, then the rest', (t) => {
  t.deepEqual(ids(stagesFor(mutant({ seenBy: ['a/pool'] }), quick, all)), [['a/pool'], ['a/zap']]);
  t.deepEqual(ids(stagesFor(mutant(), quick, all)), [['a/zap'], ['a/pool']]);
});

test('a header names scenarios by id, also those a quick run leaves out, by suite or by covered word', (t) => {
  t.deepEqual(ids(stagesFor(mutant({ seenBy: ['b/storm'] }), quick, all)), [
    ['b/storm'],
    ['a/zap'],
    ['a/pool'],
  ]);
  t.deepEqual(ids(stagesFor(mutant({ seenBy: ['pool'] }), quick, all)), [['a/pool'], ['a/zap']]);
  t.deepEqual(ids(stagesFor(mutant({ seenBy: ['a/'] }), quick, all)), [['a/zap', 'a/pool']]);
  t.deepEqual(ids(stagesFor(mutant({ seenBy: ['race', 'meta/', 'no-such-word'] }), quick, all)), [
    ['a/zap'],
    ['a/pool'],
  ]);
});

test('what goes through the files of a mutant comes early, even if a quick run leaves it out', (t) => {
  const translated = found('c/iommu', ['data-arrives'], ['iommu']);
  const mutated = mutant({ files: ['drivers/iommu/dma-iommu.c'], seenBy: ['a/pool'] });
  t.deepEqual(ids(stagesFor(mutated, quick, [translated, ...all])), [['a/pool'], ['c/iommu'], ['a/zap']]);
});

test('what sees the known mutants of the same files comes before the rest, even if a quick run leaves it out', (t) => {
  const slow = found('c/slow', ['zap-on-unbind']);
  const other = found('c/other', ['zap-on-unbind']);
  const known = [mutant({ name: 'n', seenBy: ['c/slow', 'a/pool'] })];
  const order = [['a/pool', 'c/slow', 'a/zap'], ['c/other']];
  const asked = mutant({ breaks: [] });
  t.deepEqual(ids(stagesFor(asked, quick, [other, slow, ...all], known)), order);
  t.deepEqual(ids(stagesFor({ ...asked, name: 'n' }, quick, [slow, ...all], known)), [
    ['a/zap', 'a/pool'],
    ['c/slow'],
  ]);
});

test('cells of tables come last', (t) => {
  const cell = found('m/unbind/pinned', ['zap-on-unbind']);
  t.deepEqual(ids(stagesFor(mutant(), [cell, ...quick], [cell, ...all])), [
    ['a/zap'],
    ['a/pool'],
    ['m/unbind/pinned'],
  ]);
});

test('what a quick run leaves out comes after it, but for races, the matrix and the judges of the tool', (t) => {
  const slow = found('c/slow', ['data-arrives']);
  const cell = found('matrix/flr/x/y', ['zap-on-unbind'], ['matrix']);
  t.deepEqual(ids(stagesFor(mutant(), quick, [cell, slow, ...all])), [['a/zap'], ['a/pool'], ['c/slow']]);
});

test('a failure shows the bug when it names a promise that the mutant breaks or accepts', (t) => {
  t.is(discount(result(['zap-on-unbind']), mutant()), null);
  t.is(discount(result(['unbind-finishes']), mutant()), null);
  t.is(promiseShown(result(['unbind-finishes', 'zap-on-unbind']), mutant()), 'zap-on-unbind');
});

test('a failure for another promise, or of a guest that never booted, does not show the bug', (t) => {
  t.regex(discount(result(['guest-survives']), mutant()) ?? '', /names guest-survives and not zap-on-unbind/);
  t.regex(discount(result(['zap-on-unbind'], null), mutant()) ?? '', /did not come up/);
});

test('a mutant that declares no promise is shown by any failure of a guest that booted', (t) => {
  t.is(discount(result(['guest-survives']), mutant({ breaks: [] })), null);
  t.not(discount(result(['guest-survives'], null), mutant({ breaks: [] })), null);
});

test('mutants of the same files are built one after the other, those of headers last', (t) => {
  const order = inBuildOrder([
    mutant({ name: 'h', files: ['a.h'] }),
    mutant({ name: 'b', files: ['b.c'] }),
    mutant({ name: 'z', files: ['a.c'] }),
    mutant({ name: 'a', files: ['b.c'] }),
  ]);
  t.deepEqual(
    order.map(({ name }) => name),
    ['z', 'a', 'b', 'h'],
  );
});

test('a header whose words name no promise declares none', (t) => {
  t.is(discount(result(['guest-survives']), mutant({ breaks: ['I-P3', 'somewhere'] })), null);
  t.regex(
    discount(result(['guest-survives']), mutant({ breaks: ['I-P3', 'zap-on-unbind'] })) ?? '',
    /not zap-on-unbind:/,
  );
});

test('what is no bug of an old kernel may be one of a new kernel, and the other way round', (t) => {
  const until = mutant({ equivalent: 'each part is mapped by itself', equivalentBefore: '6.17' });
  t.is(equivalentOn(until, '6.12.117'), 'each part is mapped by itself');
  t.is(equivalentOn(until, '7.3.4'), null);
  const since = mutant({ equivalent: 'nobody calls it', equivalentFrom: '6.17' });
  t.is(equivalentOn(since, '6.12.117'), null);
  t.is(equivalentOn(since, '7.3.4'), 'nobody calls it');
  t.is(equivalentOn(mutant({ equivalent: 'there are none' }), '7.3.4'), 'there are none');
  t.is(equivalentOn(mutant(), '6.12.117'), null);
});
