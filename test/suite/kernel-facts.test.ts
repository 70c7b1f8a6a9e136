import test from 'ava';
import { factOf, kernelFacts } from '../../src/suite/kernel-facts.js';

test('a fact is the last row whose kernel is not newer', (t) => {
  t.is(factOf('p2p-refusal', '6.12.117'), 'EREMOTEIO');
  t.is(factOf('p2p-refusal', '6.16.99-rc1'), 'EREMOTEIO');
  t.is(factOf('p2p-refusal', '6.17'), 'EINVAL');
  t.is(factOf('p2p-refusal', '7.3.4+deb13-amd64'), 'EINVAL');
});

test('every fact begins with a row for the oldest kernels and says where it changed', (t) => {
  for (const rows of Object.values(kernelFacts)) {
    t.is(rows[0].since, '0');
    for (const { source } of rows) t.regex(source, /\.[ch]:/);
  }
});
