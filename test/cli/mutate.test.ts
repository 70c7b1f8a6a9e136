import test from 'ava';
import { keptControl } from '../../src/cli/mutate.js';

test('a kernel without a bug that failed, or came to no verdict, is asked again when a run of mutants goes on', (t) => {
  const said = { 'a/b': 'PASS', 'a/c': 'FAIL', 'a/d': 'MISS', 'a/e': 'DONE', 'a/f': 'SKIP', 'a/g': 'ERROR' };
  t.deepEqual(keptControl(said), { 'a/b': 'PASS', 'a/e': 'DONE', 'a/f': 'SKIP' });
});
