import test from 'ava';
import { listKernels } from '../../src/images/kernels.js';
import { LastrefError } from '../../src/kit/errors.js';
import { factOf, factRanges, kernelFacts } from '../../src/suite/kernel-facts.js';
import { requireSpokenOf, seriesOf, speaksOf } from '../../src/suite/kernel-rows.js';

test('a refused transfer has another errno since the block layer maps DMA itself', (t) => {
  for (const release of ['6.1.192', '6.12.117', '6.16.9', '6.12']) {
    t.is(factOf('p2p-refusal', release), 'EREMOTEIO', release);
  }
  for (const release of ['6.17', '6.17.0', '7.3.4', '7.3.4+deb13-amd64', '10.0']) {
    t.is(factOf('p2p-refusal', release), 'EINVAL', release);
  }
});

test('a release without a number is taken for the oldest', (t) => {
  t.is(factOf('p2p-refusal', 'next-20260101'), 'EREMOTEIO');
});

test('a range begins with its first release and ends before its last', (t) => {
  const range = { since: '6.2', before: '6.15' };
  for (const release of ['6.2', '6.2.0-rc1', '6.12.117', '6.14.11'])
    t.true(speaksOf(range, release), release);
  for (const release of ['6.1.192', '6.15', '6.15.0', '7.3.4']) t.false(speaksOf(range, release), release);
  t.true(speaksOf({ since: '0' }, '4.19'));
});

test('every fact speaks of a kernel that there is, row by row and in order', async (t) => {
  const series = seriesOf(await listKernels());
  t.true(series.includes('6.12') && series.includes('7.3'));
  for (const { name, rows } of factRanges()) {
    t.is(rows[0]?.since, '0', name);
    for (const { since, before } of rows) {
      if (before !== undefined) t.true(speaksOf({ since }, before) && since !== before, name);
    }
    t.notThrows(() => requireSpokenOf(name, rows, series), name);
  }
});

test('a row that speaks of no kernel is an error of the test that names it', (t) => {
  const error = t.throws(
    () => requireSpokenOf('p2p-refusal', [{ since: '6.13', before: '6.17' }], ['6.12', '7.3']),
    {
      instanceOf: LastrefError,
      message: 'p2p-refusal: the row since 6.13, before 6.17 speaks of no kernel there is',
    },
  );
  t.is(error.blame, 'test');
});

test('every fact says where in the kernel it comes from', (t) => {
  for (const rows of Object.values(kernelFacts)) for (const { source } of rows) t.regex(source, /\.[ch]:/);
});
