import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

const longterm = 1 << 8; // FOLL_LONGTERM
const p2pdma = 1 << 10; // FOLL_PCI_P2PDMA

export default scenario(
  'a caller that asks for a long-term pin of device memory is refused and told so by a WARNING',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'gup-test', 'longterm'],
    needs: ['p2pmem-allocate', 'gup-test'],
    expected: ['gup-longterm'],
  },
  async (context) => {
    await expectAnswers(context, [
      ['pin_user_pages(LONGTERM)', 0, { flags: p2pdma }],
      ['pin_user_pages', 0, { flags: p2pdma | longterm }],
      ['pin_user_pages_fast', 0, { flags: p2pdma | longterm }],
    ]);
    const { guest, expect } = context;
    const warnings = (await guest.run(['dmesg']))
      .split('\n')
      .filter((line) => /WARNING:.*mm\/gup\.c/.test(line));
    expect('warnings of mm/gup.c', warnings.length).toBe(1); // once only, by WARN_ON_ONCE
  },
);
