import { crash, seeded } from '../../src/suite/crash.js';
import { cells } from '../../src/suite/scenario.js';

// Objects that outlive their users, or the other way round.
export default cells({
  list: crash('a list with a broken link', 'CORRUPT_LIST_DEL', /corrupted list in lkdtm_CORRUPT_LIST_DEL/),
  refcount: crash(
    'a reference taken from zero',
    'REFCOUNT_INC_ZERO',
    /refcount bug in lkdtm_REFCOUNT_INC_ZERO/,
  ),
  'percpu-ref': seeded(
    'a reference given back twice',
    'PERCPU_UNDERFLOW',
    /WARNING in percpu_ref_switch_to_atomic_rcu/,
    { logs: /end trace/ },
  ),
  'timer-freed': seeded(
    'memory freed with a running timer in it',
    'TIMER_FREED',
    /ODEBUG bug in lkdtm_TIMER_FREED/,
  ),
  'list-add': crash(
    'a list that is added to behind a broken link',
    'CORRUPT_LIST_ADD',
    /corrupted list in lkdtm_CORRUPT_LIST_ADD/,
  ),
  'proc-twice': seeded('a name registered twice in /proc', 'PROC_TWICE', /proc registration bug in /),
  'dma-free': seeded('a DMA mapping given back that never was', 'DMA_FREE', /DMA-API bug in lkdtm_DMA_FREE/),
  'dma-size': seeded(
    'a DMA mapping given back with another size',
    'DMA_SIZE',
    /DMA-API bug in lkdtm_DMA_SIZE/,
  ),
});
