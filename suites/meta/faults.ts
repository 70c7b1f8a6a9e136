import { crash, seeded, untilGone } from '../../src/suite/crash.js';
import { cells } from '../../src/suite/scenario.js';

// What the CPU or the compiler's checks refuse, and stacks that leave their bounds.
export default cells({
  null: crash('a call through a NULL pointer', 'EXEC_NULL', /NULL pointer dereference in execute_location/),
  'null-kasan': seeded(
    'an atomic access through a NULL pointer',
    'ATOMIC_NULL',
    /KASAN: null-ptr-deref Write in lkdtm_ATOMIC_NULL/,
  ),
  gpf: crash('an access through a wild pointer', 'EXCEPTION', /general protection fault in lkdtm_EXCEPTION/),
  'page-fault': crash(
    'a write to memory that is read-only',
    'WRITE_RO',
    /kernel paging request in lkdtm_WRITE_RO/,
  ),
  divide: seeded('a division by zero', 'DIVIDE', /divide error in lkdtm_DIVIDE/),
  opcode: seeded('an instruction that does not exist', 'OPCODE', /invalid opcode in lkdtm_OPCODE/),
  'array-index': crash(
    'an array index out of bounds',
    'ARRAY_BOUNDS',
    /array-index-out-of-bounds in lkdtm_ARRAY_BOUNDS/,
  ),
  shift: seeded('a shift by more bits than there are', 'SHIFT', /shift-out-of-bounds in lkdtm_SHIFT/),
  'stack-overflow': crash(
    'a stack that grows into its guard page',
    'EXHAUST_STACK',
    /stack guard page was hit in|double fault in/,
    { logs: untilGone },
  ),
  'stack-smashed': crash(
    'a stack frame that was overwritten',
    'CORRUPT_STACK_STRONG',
    /stack-out-of-bounds Write in __lkdtm_CORRUPT_STACK/,
  ),
  'stack-end': seeded('a stack written past its end', 'STACK_END', /corrupted stack end in /, {
    logs: untilGone,
  }),
  'panic-on-warn': crash(
    'a WARN on a kernel that panics on it',
    'WARNING',
    /WARNING in lkdtm_WARNING, then .*panic_on_warn/,
    {
      set: { '/proc/sys/kernel/panic_on_warn': '1' },
      logs: untilGone,
    },
  ),
  'panic-on-oops': crash(
    'a BUG on a kernel that panics on it',
    'BUG',
    /kernel BUG in lkdtm_BUG, then .*Fatal exception/,
    {
      set: { '/proc/sys/kernel/panic_on_oops': '1' },
      logs: untilGone,
    },
  ),
});
