import type { Buffer } from '../../guest/buffer.js';
import type { Attempt, Owner } from '../../guest/owner.js';
import type { RemovalName } from '../../guest/removals.js';
import type { Removal } from '../../guest/remover.js';
import { LastrefError } from '../../kit/errors.js';
import type { Expect } from '../matchers.js';
import type { PromiseName } from '../promises.js';
import type { ScenarioBody } from '../scenario.js';
import type { Cell, Expectation, Look } from './expectation.js';
import type { Memory, Place } from './memory.js';
import { length, readBack, type StateName, states } from './states.js';

/** What a cell does: brings the memory into its state, removes the device, and holds what follows against what was computed. */
export function cellBody(name: RemovalName, state: StateName, cell: Cell): ScenarioBody {
  return async ({ guest, expect }) => {
    if ('skip' in cell) throw new LastrefError(`asked in spite of: ${cell.skip}`, { blame: 'harness' });
    const { cmb, disk } = guest.devices;
    const place: Place = { guest, cmb, disk };
    const baseline = await cmb.available();
    const memory = await states[state].make(place);

    const removal = cmb.remove(name);
    const rival = cell.rival === null ? null : cmb.remove(cell.rival);
    if (memory.held !== null) {
      const waiting = cell.waits.map(({ who, ...where }) => ({
        removal: who === name ? removal : rival,
        ...where,
      }));
      if (waiting.length > 0) await blocked(expect, place, waiting);
      else await finish(expect, removal, cell, name);
      if (cell.during !== null) await look(place, expect, memory, cell.during);
      await memory.held.release();
      if (memory.transfer !== null) await expect(memory.transfer, 'data-arrives').toComplete();
    }
    await finish(expect, removal, cell, name);
    if (rival !== null && cell.rival !== null) await finish(expect, rival, cell, cell.rival);

    await memory.wake();
    await memory.gone;
    await look(place, expect, memory, cell.after);
    if (cell.intact)
      for (const { buffer } of memory.owners) if (buffer !== null) await expect(buffer).toBeIntact();
    if (memory.writes !== null && memory.held === disk)
      await expect(await readBack(place, memory.writes, disk), 'data-arrives').toBeIntact();
    for (const { owner, buffer } of memory.owners)
      if (buffer !== null && cell.transfer !== undefined)
        await attempt(expect, owner.read(disk, buffer), cell.transfer, 'zap-on-unbind');

    if (cell.undo === null) return;
    await cmb.restore(cell.undo);
    await serves(place, expect, cell, baseline);
    // What was dead stays dead, although there is a file of the same name again.
    await look(place, expect, memory, { ...cell.after, reopen: null }, 'rebind-works');
  };
}

/** One of those that may wait does, and stands still. */
async function blocked(
  expect: Expect,
  { guest }: Place,
  waiting: readonly { readonly removal: Removal | null; readonly in: string; readonly for: string | null }[],
): Promise<void> {
  const at: { removal: Removal | null; in: string; for: string | null } = {
    removal: null,
    in: '',
    for: null,
  };
  const symbols = waiting.map((one) => one.in).join(' or ');
  const find = async (): Promise<boolean> => {
    for (const one of waiting) {
      const sample = await one.removal?.sample();
      if (sample?.stack?.some((frame) => frame.split('.')[0] === one.in)) Object.assign(at, one);
    }
    return at.removal !== null;
  };
  await expect(`a removal that waits in ${symbols}`, find, 'unbind-waits-for-pins').toBecome(true);
  if (at.removal === null) return;
  await expect(at.removal, 'unbind-waits-for-pins').toBeBlockedIn(at.in);
  const { for: place } = at;
  if (place === null) return;
  const worker = async (): Promise<boolean> =>
    (await guest.exec(['sh', '-c', findTask, place])).stdout !== '';
  await expect(`a kernel thread in ${place}`, worker, 'unbind-waits-for-pins').toBecome(true);
}

/** Tasks with a function on their kernel stack; a constant text. */
const findTask = 'grep -l "$0" /proc/[0-9]*/stack 2>/dev/null';

/** Over, in one of the ways that were computed. */
async function finish(
  expect: Expect,
  removal: Removal,
  { ends }: Expectation,
  name: RemovalName,
): Promise<void> {
  const allowed = ends[name] ?? [null];
  if (allowed.length === 1) await expect(removal, 'unbind-finishes').toFinish();
  else {
    await expect(
      `${removal.name} to be over`,
      async () => removal.result !== null,
      'unbind-finishes',
    ).toBecome(true);
    const errno = removal.result?.errno ?? null;
    expect(`the end of ${removal.name}`, allowed.includes(errno) ? 'as computed' : errno).toBe('as computed');
  }
}

/** What the owners get from the kernel. */
async function look(
  { cmb }: Place,
  expect: Expect,
  { owners }: Memory,
  wanted: Look,
  about: 'zap-on-unbind' | 'rebind-works' = 'zap-on-unbind',
): Promise<void> {
  for (const { owner, buffer } of owners) {
    if (buffer !== null)
      for (const offset of [0, length / 2, length - 8])
        await touch(expect, owner, buffer, offset, wanted, about);
    await attempt(expect, owner.tryMapBriefly(cmb, 4096), wanted.remap, 'no-new-mappings');
    await attempt(expect, owner.tryOpen(cmb.allocate), wanted.reopen, 'no-new-mappings');
  }
}

async function touch(
  expect: Expect,
  owner: Owner,
  buffer: Buffer,
  offset: number,
  wanted: Look,
  about: PromiseName,
): Promise<void> {
  // A write that goes through would spoil what is there.
  for (const how of wanted.touch === 'goes-through' ? (['r'] as const) : (['r', 'w'] as const)) {
    const seen = expect(owner.touch(buffer, how, offset), about);
    if (wanted.touch === 'goes-through') await seen.toGoThrough();
    else {
      const [signal = '', code] = wanted.touch.split(' ');
      await seen.toRaise(signal as 'SIGBUS' | 'SIGSEGV', code);
    }
  }
}

async function attempt(
  expect: Expect,
  tried: Promise<Attempt>,
  errno: string | null,
  about: PromiseName,
): Promise<void> {
  if (errno === null) await expect(tried, 'reset-keeps-memory').toSucceed();
  else await expect(tried, about).toFailWith(errno);
}

/** The device serves as if nothing had been: a whole pool, new memory, its own disk and the other one. */
async function serves(
  { guest, cmb, disk }: Place,
  expect: Expect,
  { after }: Expectation,
  baseline: number,
): Promise<void> {
  // Mappings that survived have their share of it; that everything comes back is looked at in the end.
  if (after.remap !== null)
    await expect('the pool', () => cmb.available(), 'pool-balances').toBecome(baseline);
  const fresh = await guest.probe('p2pmem');
  const buffer = await fresh.map(cmb, length);
  const copy = await fresh.ram(length);
  await buffer.fill(3);
  for (const device of [disk, cmb]) {
    await expect(fresh.write(device, buffer), 'rebind-works').toSucceed();
    await copy.fill(4);
    await expect(fresh.read(device, copy), 'rebind-works').toSucceed();
    copy.expectSeed(3);
    await expect(copy, 'data-arrives').toBeIntact();
  }
}
