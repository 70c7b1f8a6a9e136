import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

const write = 1; // FOLL_WRITE

export default scenario(
  'a caller of GUP without FOLL_PCI_P2PDMA gets no page, fast or slow, by reference or by pin',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'gup-test'],
    needs: ['p2pmem-allocate', 'gup-test'],
  },
  (context) =>
    expectAnswers(
      context,
      (
        [
          'get_user_pages',
          'get_user_pages_fast',
          'pin_user_pages',
          'pin_user_pages_fast',
          'pin_user_pages(LONGTERM)',
        ] as const
      ).flatMap((call) => [[call, 0] as const, [call, 0, { flags: write }] as const]),
    ),
);
