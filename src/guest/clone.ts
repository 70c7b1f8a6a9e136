import { Cleanup } from '../kit/cleanup.js';
import { plugOrder } from '../qemu/devices.js';
import { RunningGuest } from './guest.js';
import { type BootSpec, connectSsh, type Machine, startMachine } from './machine.js';
import { openFiles } from './open-files.js';
import { setMigrationCapabilities, stateName, untilMigrated } from './save.js';
import type { Template, TemplateSpec } from './template.js';
import { GuestWatch } from './watch.js';

/** Time from starting QEMU to the SSH session of a clone on a machine with KVM, in ms: `scale` 1. */
const referenceWakeMs = 235;

/** How long a clone may take until it answers, in ms. Measured under TCG on an idle host: about 1 s. */
const wakeDeadlineMs = 60_000;

/**
 * Wakes a private copy of a template: memory copy-on-write, fresh disks, its NVMe devices plugged in while it is
 * stopped so that the guest sees them at once, its own key, the time of day. Raises when it does not come up; nothing
 * is left of it then but its evidence.
 */
export async function wakeClone(spec: TemplateSpec, template: Template): Promise<RunningGuest> {
  spec.signal?.throwIfAborted();
  const cleanup = new Cleanup();
  const watch = new GuestWatch();
  const startedAt = performance.now();
  try {
    const start = { kind: 'clone', memoryFile: template.memoryFile } as const;
    const place = { start, workingDirectory: template.folder };
    const machine = await startMachine(spec, place, watch, cleanup);
    await restore(machine, spec, watch.signal);
    const ssh = await connectSsh(spec, machine, watch, wakeDeadlineMs);
    cleanup.add('ssh', () => ssh.close());
    const bootMs = performance.now() - startedAt;
    const guest = new RunningGuest({
      name: spec.name,
      shape: spec.shape,
      directory: spec.directory,
      disks: machine.disks,
      origin: {
        kind: 'clone',
        template: template.key,
        bootLog: template.bootLog,
        onBoard: spec.probes,
        judgedBoot: template.judged,
      },
      bootMs,
      scale: Math.max(1, bootMs / referenceWakeMs),
      traceFile: machine.traceFile,
      qmp: machine.qmp,
      ssh,
      watch,
      tail: machine.tail,
      qemu: machine.qemu,
      cleanup,
      record: spec.record,
    });
    await setClock(guest);
    spec.record('ssh', 'ready', { bootMs: Math.round(bootMs), start: 'clone', template: template.key });
    return guest;
  } catch (error) {
    await cleanup.run();
    spec.signal?.throwIfAborted(); // the run was stopped: nothing is wrong with the clone
    throw error;
  }
}

/** Its clock stood still with it. CLOCK_MONOTONIC goes on from there, so no timer and no watchdog misses a beat. */
async function setClock(guest: RunningGuest): Promise<void> {
  const now = Math.round(Date.now() / 1000);
  if (guest.hasOnBoard('files')) await openFiles(guest, now);
  else await guest.run(['date', '-u', '-s', `@${now}`]);
}

async function restore({ qmp }: Machine, { shape }: BootSpec, signal: AbortSignal): Promise<void> {
  await setMigrationCapabilities(qmp);
  await qmp.execute('migrate-incoming', { uri: `exec:cat ${stateName}` });
  await untilMigrated(qmp, 'restore the template', signal);
  for (const device of plugOrder(shape)) await qmp.execute('device_add', device);
  await qmp.execute('cont');
}
