import test from 'ava';
import { unbindAtLast } from '../../src/suite/last-unbind.js';

type Guest = Parameters<typeof unbindAtLast>[0];
type Expecting = Parameters<typeof unbindAtLast>[2];

/** A guest with two providers, and what was asked of them. */
function stage(
  hadOwners: boolean,
  interruptedBy: string | null = null,
): { guest: Guest; expecting: Expecting; asked: unknown[] } {
  const asked: unknown[] = [];
  const device = (id: string): unknown => ({
    interruptedBy,
    restore: async (how: string) => void asked.push(`${id} back from ${how}`),
    unbind: () => `unbind ${id}`,
  });
  const guest = { hadOwners, devices: { cmb: device('cmb'), other: device('other') } } as unknown as Guest;
  const expecting = {
    finished: async (removal: unknown) => void asked.push(removal),
  } as unknown as Expecting;
  return { guest, expecting, asked };
}

const whole = { device: 'cmb', before: 4096, after: 4096 };
const torn = { device: 'other', before: 4096, after: 0 };

test('every device whose pool is whole is unbound in the end, and that has to finish', async (t) => {
  const { guest, expecting, asked } = stage(true);
  await unbindAtLast(guest, [whole, { ...torn, after: 4096 }], expecting);
  t.deepEqual(asked, ['unbind cmb', 'unbind other']);
});

test('a pool that is not whole speaks for itself', async (t) => {
  const { guest, expecting, asked } = stage(true);
  await unbindAtLast(guest, [whole, torn], expecting);
  t.deepEqual(asked, ['unbind cmb']);
});

test('where no process could own memory, nothing is unbound', async (t) => {
  const { guest, expecting, asked } = stage(false);
  await unbindAtLast(guest, [whole], expecting);
  t.deepEqual(asked, []);
});

test('a device that was left of no use is had back first: its driver could not let go of it', async (t) => {
  const { guest, expecting, asked } = stage(true, 'bus-master-off');
  await unbindAtLast(guest, [whole], expecting);
  t.deepEqual(asked, ['cmb back from bus-master-off', 'unbind cmb']);
});
