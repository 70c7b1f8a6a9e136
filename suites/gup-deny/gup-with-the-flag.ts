import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

const write = 1; // FOLL_WRITE
const p2pdma = 1 << 10; // FOLL_PCI_P2PDMA, include/linux/mm_types.h

export default scenario(
  'a caller of GUP with FOLL_PCI_P2PDMA gets the page and gives it back, fast or slow, by ref or pin',
  {
    shape: 'cmb-switch',
    asks: ['pool-balances'],
    covers: ['gup', 'gup-test'],
    needs: ['p2pmem-allocate', 'gup-test'],
  },
  (context) =>
    expectAnswers(
      context,
      (['get_user_pages', 'get_user_pages_fast', 'pin_user_pages', 'pin_user_pages_fast'] as const).flatMap(
        (call) => [[call, 1, { flags: p2pdma }] as const, [call, 1, { flags: p2pdma | write }] as const],
      ),
    ),
);
