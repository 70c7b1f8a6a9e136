import { LastrefError } from '../kit/errors.js';
import { until } from '../kit/wait.js';
import type { Device } from '../qemu/devices.js';
import { placeholders } from '../qemu/devices.js';
import type { Qmp } from '../qemu/qmp.js';
import type { RunningGuest } from './guest.js';
import type { Machine } from './machine.js';

/** File name of the device state, in QEMU's working directory. */
export const stateName = 'state';

/** Devices and memory apart: memory that is a file stays where it is (QEMU: x-ignore-shared). */
const capabilities = ['x-ignore-shared', 'events'].map((capability) => ({ capability, state: true }));

export async function setMigrationCapabilities(qmp: Qmp): Promise<void> {
  await qmp.execute('migrate-set-capabilities', { capabilities });
}

/** Waits for the end of a migration, either way; raises when it failed. `what` ends the sentence "could not …". */
export async function untilMigrated(qmp: Qmp, what: string, signal: AbortSignal): Promise<void> {
  const wait = { name: `QEMU to ${what}`, deadlineMs: 60_000, everyMs: 5, signal } as const;
  await until(wait, async () => {
    const { status, ...more } = (await qmp.execute('query-migrate')) as Record<string, unknown>;
    if (status === 'completed') return true;
    if (status === 'failed' || status === 'cancelled') throw new MigrationFailed(what, more['error-desc']);
    return undefined;
  });
}

class MigrationFailed extends LastrefError {
  constructor(what: string, why: unknown) {
    super(`QEMU could not ${what}: ${typeof why === 'string' ? why : 'no reason given (see qemu.log)'}`, {
      blame: 'harness',
    });
  }
}

/**
 * Brings a booted guest to rest and saves it: probes on board, placeholders gone, no SSH connection, stopped. The
 * state goes to the file `state` in QEMU's working directory; the memory is in its file already.
 */
export async function saveGuest(
  guest: RunningGuest,
  machine: Machine,
  probes: readonly string[],
): Promise<void> {
  await guest.run(['mkdir', '-p', '/probes']);
  for (const probe of probes) await guest.push(probe, '/probes');
  await unplug(guest, machine, placeholders(guest.shape));
  await comeToRest(guest);
  const { qmp } = machine;
  await qmp.execute('stop');
  await setMigrationCapabilities(qmp);
  // QEMU runs this with sh in its working directory: no path that could need quoting.
  await qmp.execute('migrate', { uri: `exec:cat > ${stateName}` });
  await untilMigrated(qmp, 'save the guest', guest.signal);
}

/** Takes devices out and waits until the guest has let go of them: pciehp and acpiphp take their time. */
async function unplug(guest: RunningGuest, machine: Machine, devices: readonly Device[]): Promise<void> {
  const gone = new Set<unknown>();
  machine.onEvent(({ event, data }) => {
    if (event === 'DEVICE_DELETED') gone.add(data['device']);
  });
  for (const { id } of devices) await machine.qmp.execute('device_del', { id });
  const names = devices.map(({ id }) => id);
  await until(
    {
      name: `the guest to let go of ${names.join(', ')}`,
      deadlineMs: guest.patience(60_000),
      signal: guest.signal,
    },
    async () => names.every((id) => gone.has(id)) || undefined,
  );
}

/** The last session ends by itself: its line on the console comes when no SSH session is left in the guest. */
async function comeToRest(guest: RunningGuest): Promise<void> {
  await guest.disconnect(['sh', '-c', restScript], restLine);
}

const restLine = 'lastref: guest at rest';

/** A constant text. The server itself is one dropbear; every session is one more. */
const restScript = `sync
setsid sh -c 'while [ "$(pgrep -c dropbear)" -gt 1 ]; do sleep 0.1; done; echo "<5>${restLine}" > /dev/kmsg' >/dev/null 2>&1 </dev/null &`;
