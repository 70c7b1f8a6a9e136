import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an NVMe admin command from userspace may not use device memory',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['io', 'passthrough', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async (context) => {
    const { cmb, disk } = context.guest.devices;
    const refusal = context.fact('admin-command-refusal');
    // Not even to the device's own memory: its admin queue lacks BLK_FEAT_PCI_P2PDMA.
    for (const { controller } of [cmb, disk])
      await expectAnswers(context, [['NVMe identify command', refusal, { path: `/dev/${controller}` }]]);
  },
);
