import { once } from 'node:events';
import test from 'ava';
import type { RunningGuest } from '../../src/guest/guest.js';
import { Wounds } from '../../src/suite/wounds.js';
import type { Splat } from '../../src/verdict/types.js';

/** A guest whose time is short, and which tells nothing any more. */
const dying = { patience: () => 1, state: 'silent' } as unknown as RunningGuest;
const splat = (more: Partial<Splat>): Splat =>
  ({ title: 'fault in f', fatal: true, noise: null, origin: 'unknown', ...more }) as Splat;

const alive = setInterval(() => undefined, 1000); // the timers of wounds keep nobody awake
test.after.always(() => clearInterval(alive));

for (const noise of [null, 'N4: left behind'])
  test(`a fatal report ends the body, known noise or not: ${noise ?? 'not'}`, async (t) => {
    const wounds = new Wounds();
    wounds.saw(splat({ noise }), () => dying);
    await once(wounds.signal, 'abort');
    t.like(wounds.signal.reason, { message: 'the kernel is wounded: fault in f', blame: 'kernel' });
  });

test('what is not fatal, or what a program wrote, ends nothing', async (t) => {
  const wounds = new Wounds();
  wounds.saw(splat({ fatal: false }), () => dying);
  wounds.saw(splat({ origin: 'userspace', noise: 'userspace: made up' }), () => dying);
  const last = new Wounds(); // its timer was set after theirs would have been
  last.saw(splat({}), () => dying);
  await once(last.signal, 'abort');
  t.false(wounds.signal.aborted);
});
