import { crash, seeded } from '../../src/suite/crash.js';
import { cells } from '../../src/suite/scenario.js';

// Memory of others, memory that is gone, and what guards against both.
export default cells({
  'kasan-read': seeded(
    'a read beyond an object',
    'READ_BEYOND',
    /slab-out-of-bounds Read in lkdtm_READ_BEYOND/,
  ),
  'kasan-write': crash(
    'a write beyond an object',
    'SLAB_LINEAR_OVERFLOW',
    /slab-out-of-bounds Write in lkdtm_SLAB_LINEAR_OVERFLOW/,
  ),
  'kasan-write-after-free': crash(
    'a write to memory that was freed',
    'WRITE_AFTER_FREE',
    /slab-use-after-free Write in lkdtm_WRITE_AFTER_FREE/,
  ),
  'kasan-double-free': crash(
    'an object that is freed twice',
    'SLAB_FREE_DOUBLE',
    /KASAN: invalid-free in lkdtm_SLAB_FREE_DOUBLE/,
  ),
  'field-overflow': crash(
    'a copy beyond the end of a field',
    'FORTIFY_MEM_MEMBER',
    /WARNING in lkdtm_FORTIFY_MEM_MEMBER/,
  ),
  'buffer-overflow': crash(
    'a string longer than its buffer',
    'FORTIFY_STRSCPY',
    /buffer overflow detected in|WARNING in lkdtm_FORTIFY_STRSCPY/,
  ),
  usercopy: crash(
    'a copy to user space that leaves its object',
    'USERCOPY_SLAB_SIZE_TO',
    /(?:bad usercopy|slab-out-of-bounds Read) in lkdtm_USERCOPY_SLAB_SIZE_TO/,
  ),
  'slab-leftovers': seeded(
    'a cache destroyed with objects in it',
    'SLAB_REMAINS',
    /Objects remaining.* in seeded/,
  ),
  'slab-redzone': seeded(
    'a write behind an object that no check of the compiler sees',
    'SLAB_REDZONE',
    /(?:Redzone overwritten|Object corrupt) in seeded_zone/,
  ),
  leak: seeded('memory that nobody remembers', 'LEAK', /memory leak in lkdtm_LEAK/, {
    append: ['kmemleak=on', 'kmemleak.verbose=1'],
    deadlineMs: 120_000,
    after: async (guest) => {
      // Only what is older than 5 s counts as lost (mm/kmemleak.c: MSECS_MIN_AGE).
      const scan = 'until dmesg | grep -q "new suspected"; do echo scan > /sys/kernel/debug/kmemleak; done';
      await guest.run(['sh', '-c', scan], 60_000);
    },
  }),
});
