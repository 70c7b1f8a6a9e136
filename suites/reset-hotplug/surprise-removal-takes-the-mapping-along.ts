import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a device that is pulled without a word takes its mappings along',
  {
    shape: 'cmb-pciehp',
    asks: ['zap-on-unbind', 'unbind-finishes'],
    covers: ['hotplug', 'surprise'],
    skip: 'QEMU cannot pull a device that works: device_del asks the guest, and is immediate only where the slot has no power (hw/pci/pcie.c:pcie_cap_slot_unplug_request_cb)',
  },
  async () => undefined,
);
