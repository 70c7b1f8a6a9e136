import test from 'ava';
import { kcidbReport } from '../../src/report/kcidb.js';
import { sampleRecord } from './support/sample-record.js';

const text = kcidbReport(sampleRecord());
const data = JSON.parse(text);

test('a test per scenario, with the outcome as status and a dotted path', (t) => {
  t.deepEqual(
    data.tests.map((one: { path: string; status: string }) => [one.path, one.status]),
    ['PASS', 'FAIL', 'ERROR', 'MISS', 'SKIP', 'DONE'].map((status) => [
      `lastref.${status === 'DONE' ? 'bench' : 'p2pdma'}.${status.toLowerCase()}`,
      status,
    ]),
  );
});

test('tests point at the build, the build at the checkout, and every id starts with the origin', (t) => {
  for (const one of data.tests) {
    t.is(one.build_id, data.builds[0].id);
    t.true(one.id.startsWith('lastref:'));
  }
  t.is(data.builds[0].checkout_id, data.checkouts[0].id);
  t.is(new Set(data.tests.map(({ id }: { id: string }) => id)).size, 6);
});

test('no string holds NUL, nothing is null, and a long splat is cut to what the schema takes', (t) => {
  t.false(text.includes('\\u0000'));
  t.false(text.includes('null'));
  const record = sampleRecord();
  const [splat] = record.scenarios[1]?.splats ?? [];
  t.truthy(splat);
  const long = record.scenarios.map((one) => ({
    ...one,
    splats: splat === undefined ? [] : [{ ...splat, raw: 'x'.repeat(1e6) }],
  }));
  const cut = JSON.parse(kcidbReport({ ...record, scenarios: long }));
  t.is(cut.tests[0].log_excerpt.length, 16_384);
});
