import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a virtual CPU cannot run on device memory',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'kvm', 'refusal'],
    needs: ['p2pmem-allocate', 'kvm'],
  },
  (context) => expectAnswers(context, [['KVM_RUN', 'EFAULT']]),
);
