import test from 'ava';
import { type RemovalName, removals } from '../../../src/guest/removals.js';
import {
  type After,
  afters,
  type Expectation,
  expectationOf,
} from '../../../src/suite/matrix/expectation.js';
import type { MemoryTraits } from '../../../src/suite/matrix/memory.js';
import { states } from '../../../src/suite/matrix/states.js';

const names = Object.keys(removals) as RemovalName[];
const plain: MemoryTraits = { mapping: 'open', inFlight: null, owner: 'runs', filled: true };

function expected(
  name: RemovalName,
  traits: Partial<MemoryTraits> = {},
  after: After = 'again',
): Expectation {
  const cell = expectationOf(name, { ...plain, ...traits }, after);
  if ('skip' in cell) throw new Error(`not asked: ${cell.skip}`);
  return cell;
}

function reason(name: RemovalName, traits: Partial<MemoryTraits>, after: After): string {
  const cell = expectationOf(name, { ...plain, ...traits }, after);
  return 'skip' in cell ? cell.skip : 'asked';
}

/** Every cell that is asked. */
const asked = names.flatMap((name) =>
  Object.entries(states).flatMap(([state, traits]) =>
    (Object.keys(afters) as After[]).flatMap((after) => {
      const cell = expectationOf(name, traits, after);
      return 'skip' in cell
        ? []
        : [{ id: `${name}/${state}/${after}`, name, traits: traits as MemoryTraits, after, cell }];
    }),
  ),
);

test('unbind of dirty memory: dead for its owner, nothing new, no wait, and a fresh pool after a rebind', (t) => {
  t.deepEqual(expected('unbind'), {
    waits: [],
    during: null,
    after: { touch: 'SIGBUS BUS_ADRERR', remap: 'ENODEV', reopen: 'ENOENT' },
    transfer: 'EFAULT',
    intact: false,
    rival: null,
    ends: { unbind: [null] },
    undo: 'unbind',
  });
});

test('a reset keeps what is mapped, with its bytes, and new memory can be had', (t) => {
  t.deepEqual(expected('flr'), {
    waits: [],
    during: null,
    after: { touch: 'goes-through', remap: null, reopen: null },
    transfer: null,
    intact: true,
    rival: null,
    ends: { flr: [null] },
    undo: 'flr',
  });
});

test("another device's request: the memory is dead while the removal waits for it in memunmap_pages", (t) => {
  const { waits, during, after } = expected('unbind', { inFlight: 'other' });
  t.deepEqual(waits, [{ who: 'unbind', in: 'memunmap_pages', for: null }]);
  t.deepEqual(during, after);
  t.deepEqual(expected('slot-power-off', { inFlight: 'other' }).waits, [
    { who: 'slot-power-off', in: 'pciehp_sysfs_disable_slot', for: 'memunmap_pages' },
  ]);
});

test("the device's own request: the memory lives on while the removal waits for its queue", (t) => {
  const { waits, during, after } = expected('pci-remove', { inFlight: 'own' });
  t.deepEqual(waits, [{ who: 'pci-remove', in: 'blk_mq_freeze_queue_wait', for: null }]);
  t.deepEqual(during, { touch: 'goes-through', remap: null, reopen: null });
  t.is(after.touch, 'SIGBUS BUS_ADRERR');
});

test('what cannot be reached raises what it raises, zapped or not', (t) => {
  for (const name of ['unbind', 'flr'] as const) {
    t.is(expected(name, { mapping: 'closed' }).after.touch, 'SIGSEGV SEGV_ACCERR');
    t.is(expected(name, { mapping: 'none' }).after.touch, 'SIGSEGV SEGV_MAPERR');
    t.is(expected(name, { owner: 'dying' }).after.touch, 'nobody');
  }
});

test('two removals race: either may wait, the later one may find the device gone, and the worse loss is undone', (t) => {
  const race = expected('unbind', { inFlight: 'other' }, 'race');
  t.is(race.rival, 'pci-remove');
  t.deepEqual(
    race.waits.map(({ who }) => who),
    ['unbind', 'pci-remove'],
  );
  t.deepEqual(race.ends, { unbind: [null, 'ENODEV'], 'pci-remove': [null, 'ENOENT', 'ENODEV'] });
  t.is(race.undo, 'pci-remove');
});

test('a reset that races an unbind keeps nothing, and only the unbind waits', (t) => {
  const race = expected('flr', { inFlight: 'other' }, 'race');
  t.is(race.after.touch, 'SIGBUS BUS_ADRERR');
  t.deepEqual(race.waits, [{ who: 'unbind', in: 'memunmap_pages', for: null }]);
  t.is(race.undo, 'unbind');
});

test('cells that make no sense say why', (t) => {
  t.regex(reason('flr', { inFlight: 'own' }, 'again'), /QEMU waits for that request/);
  t.regex(reason('flr', {}, 'away'), /cannot stay away/);
  t.regex(reason('bus-master-off', { inFlight: 'own' }, 'again'), /I\/O timeout decides/);
  t.regex(reason('bus-master-off', {}, 'race'), /admin timeout/);
  t.is(reason('bus-master-off', {}, 'away'), 'asked');
  t.is(reason('unbind', { inFlight: 'own' }, 'race'), 'asked');
});

test('in every cell: what is zapped is not intact, no new memory is had of it, and nothing waits for nothing', (t) => {
  t.true(asked.length >= 250);
  for (const { id, traits, after, cell } of asked) {
    const isZapped = cell.after.remap === 'ENODEV';
    t.is(cell.after.reopen === 'ENOENT', isZapped, id);
    t.false(isZapped && (cell.intact || cell.after.touch === 'goes-through' || cell.transfer === null), id);
    t.is(cell.waits.length > 0, isZapped && traits.inFlight !== null, id);
    t.is(cell.during === null, traits.inFlight === null || traits.owner !== 'runs', id);
    t.is(cell.undo === null, after === 'away', id);
  }
});

test('every removal and every state is asked', (t) => {
  t.deepEqual([...new Set(asked.map(({ name }) => name))], names);
  for (const state of Object.keys(states))
    t.true(
      asked.some(({ id }) => id.split('/')[1] === state),
      state,
    );
});
