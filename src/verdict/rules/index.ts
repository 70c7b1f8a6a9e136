import { devices } from './device.js';
import { fatal } from './fatal.js';
import { generic } from './generic.js';
import { lockdeps } from './lockdep.js';
import { lockings } from './locking.js';
import { pages } from './page.js';
import { panics } from './panic.js';
import { programs } from './programs.js';
import { resources } from './resources.js';
import type { Rule } from './rule.js';
import { sanitizers } from './sanitizers.js';
import { slabs } from './slab.js';
import { stalls } from './stalls.js';
import { warn } from './warn.js';

/** Every row, in the order in which they are tried. */
export const rules: readonly Rule[] = [
  ...sanitizers,
  ...slabs,
  ...pages,
  ...warn,
  ...lockdeps,
  ...lockings,
  ...stalls,
  ...fatal,
  ...panics,
  ...devices,
  ...resources,
  ...programs,
  ...generic,
];
