import type { Ratio, Row } from './row.js';
import { clone, cloneMemory, cloneUsable, coldBoot, coldMemory } from './rows/guests.js';
import { editToVerdict, noChange } from './rows/loop.js';
import { overhead } from './rows/scenario.js';
import { suitePinned, suiteSlots } from './rows/suite.js';

/** Everything that is measured, in the order of the table. */
export const rows: readonly Row[] = [
  coldBoot,
  clone,
  cloneUsable,
  overhead,
  suiteSlots,
  suitePinned,
  editToVerdict,
  noChange,
  cloneMemory,
  coldMemory,
];

export const ratios: readonly Ratio[] = [
  { title: 'cold boot over clone, to first SSH', over: 'a.first-ssh', under: 'b.first-ssh', atLeast: 8 },
  { title: 'suite, 1 slot over 2 slots', over: 'e.one', under: 'e.two', atLeast: 1.6 },
  { title: 'suite, 2 slots: free over pinned', over: 'e.two', under: 'p.two' },
];
