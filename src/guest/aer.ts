import { LastrefError } from '../kit/errors.js';
import type { Nvme } from './nvme.js';
import type { GuestUnderTest } from './under-test.js';

/**
 * Has the port above a device report an error that it has seen on its link (QEMU's human monitor, names of
 * hw/pci/pcie_aer.c). Whether it is fatal is up to the port's severity register: DLP is, POISON_TLP is not.
 */
export async function injectAtPort(
  guest: GuestUnderTest,
  device: Nvme,
  error: 'POISON_TLP' | 'COMP_TIME' | 'DLP',
): Promise<void> {
  const answer = String(
    await guest.qmp('human-monitor-command', {
      'command-line': `pcie_aer_inject_error ${device.port} ${error}`,
    }),
  );
  if (!answer.startsWith('OK'))
    throw new LastrefError(`QEMU did not inject ${error} at ${device.port}: ${answer.trim()}`, {
      blame: 'harness',
    });
}
