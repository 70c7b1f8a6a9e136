import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a long-term pin of device memory is refused, for reading and for writing, fast and slow',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'gup-test', 'longterm'],
    needs: ['p2pmem-allocate', 'gup-test'],
  },
  (context) =>
    expectAnswers(context, [
      ['longterm pin', 'EREMOTEIO'],
      ['fast longterm pin', 'EREMOTEIO'],
      ['longterm pin for writing', 'EFAULT'], // a file with page_mkwrite under it comes first
      ['fast longterm pin for writing', 'EFAULT'],
    ]),
);
