import { LastrefError } from '../kit/errors.js';
import type { Nvme } from './nvme.js';
import { extendedCapability, portAbove, readConfig, writeConfigWord } from './pci-config.js';
import type { GuestUnderTest } from './under-test.js';

/** Access Control Services: the capability, its control register, and what redirects (include/uapi/linux/pci_regs.h). */
const acs = { id: 0x0d, control: 6, redirect: 0x04 | 0x08 } as const;

/**
 * Tells the port above a device to redirect the requests of its peers, and their completions, to the root complex. The
 * kernel looks at it when it first works out how two devices reach each other, and remembers that until the
 * provider is bound again (drivers/pci/p2pdma.c:calc_map_type_and_dist).
 */
export async function redirectAtPort(guest: GuestUnderTest, device: Nvme): Promise<void> {
  const port = await portAbove(guest, device.bdf);
  const at = extendedCapability(await readConfig(guest, port), acs.id);
  if (at === undefined) throw new LastrefError(`port ${port} has no ACS`, { blame: 'test' });
  await writeConfigWord(guest, port, at + acs.control, acs.redirect);
  const control = (await readConfig(guest, port)).readUInt16LE(at + acs.control);
  if ((control & acs.redirect) !== acs.redirect)
    throw new LastrefError(`port ${port} does not redirect: its ACS control is 0x${control.toString(16)}`, {
      blame: 'test',
    });
}
