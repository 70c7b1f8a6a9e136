import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'no other process can read or write device memory through the kernel',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'ptrace', 'refusal'],
    needs: ['p2pmem-allocate'],
  },
  (context) =>
    expectAnswers(context, [
      ['process_vm_readv', 'EFAULT'],
      ['process_vm_writev', 'EFAULT'],
      ['ptrace(PEEKDATA)', 'EIO'],
      ['ptrace(POKEDATA)', 'EIO'],
      ['read of /proc/PID/mem', 'EIO'],
      ['write to /proc/PID/mem', 'EIO'],
    ]),
);
