import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a pipe, a socket or a shared futex cannot hold a page of device memory',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'refusal'],
    needs: ['p2pmem-allocate'],
  },
  (context) =>
    expectAnswers(context, [
      ['vmsplice', 'EREMOTEIO'],
      ['send(MSG_ZEROCOPY)', 'EFAULT'],
      ['futex', 'EREMOTEIO'],
      ['futex(PRIVATE)', 0], // its key is the address alone
    ]),
);
