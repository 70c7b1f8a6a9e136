import { type RuleTable, rowsOf } from './rule.js';

const device = rowsOf('device', 'DEVICE');

// kernel/dma/debug.c: err_printk; kernel/dma/{direct,swiotlb}; drivers/iommu/{intel/dmar,amd/iommu}.c;
// drivers/nvme/host/pci.c. Errors of a device that a scenario takes away on purpose are not here: they are for
// the scenario to judge. What is here says that memory was reached by the wrong hands.
export const devices: RuleTable = [
  device(
    'dma-api-lead',
    ['DMA-API: '],
    /DMA-API: (?!preallocated|debugging|dump|exceeded)\S+ \S+: (?<what>device driver|mapping sg|cacheline tracking|maps|dma_map|(?:.*?)DMA )/,
    'DMA-API: {what}',
    {
      family: 'lead',
      lead: 'named',
      class: 'DMA-API',
      title: 'WARNING: DMA-API bug in {fn}',
      bare: 'DMA-API bug',
      blame: { from: ['trace'], skip: [/debug_dma|^check_(?:unmap|sync|for)|^dma_/] },
      joins: ['warn'],
    },
  ),
  device('dma-overflow', ['overflow (mask'], /DMA addr \S+ overflow \(mask/, 'DMA address overflow', {
    class: 'DMA-API',
    joins: ['warn'],
  }),
  device(
    'dmar',
    ['[fault reason'],
    /DMAR: \[(?<kind>DMA Read|DMA Write|INTR-REMAP|[^\]]{1,40})\].*\[fault reason/,
    'DMAR: fault ({kind})',
    { class: 'DMA-API', joins: ['device'] },
  ),
  device('amd-vi', ['AMD-Vi: Event'], /AMD-Vi: Event logged \[(?<kind>\w+)/, 'AMD-Vi: {kind}', {
    class: 'DMA-API',
    joins: ['device'],
  }),
  device(
    'smmu',
    ['Unhandled context fault'],
    /arm-smmu\S* \S+: Unhandled context fault/,
    'arm-smmu: unhandled context fault',
    { class: 'DMA-API' },
  ),
  device(
    'nvme-queue',
    ['completed on queue'],
    /nvme \S+: invalid id \d+ completed on queue/,
    'nvme: invalid id completed',
  ),
  device(
    'trusty-assert',
    ['trusty: panic'],
    /trusty: panic.* ASSERT FAILED at \(.*?\): (?<what>.+)/,
    'trusty: ASSERT FAILED: {what#}',
    { class: 'DoS' },
  ),
  device(
    'trusty-assert-cut',
    ['trusty: panic', 'ASSERT FAILED'],
    /trusty: panic.*ASSERT FAILED/,
    'trusty: ASSERT FAILED:',
    {
      class: 'DoS',
      corrupted: 'the assertion is cut',
    },
  ),
  device(
    'trusty-panic',
    ['trusty: panic'],
    /trusty: panic(?: \(.*?\))?: (?<what>.+)/,
    'trusty: panic: {what#}',
    { class: 'DoS' },
  ),
  device('trusty-split', ['trusty: panic'], /trusty: panic/, 'trusty: panic', { class: 'DoS', needs: /./ }),
  device(
    'xfs',
    ['): Corruption '],
    /XFS \(\S+\): Corruption (?:detected|of in-memory data)/,
    'XFS: Corruption',
    { class: 'FILESYSTEM' },
  ),
];
