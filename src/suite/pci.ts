/** What scenarios about the PCI tree, the IOMMU's neighbours and the NVMe target say, beyond what a device can do itself. */
export { redirectAtPort } from '../guest/acs.js';
export { injectAtPort } from '../guest/aer.js';
export { iommuFault } from '../guest/iommu.js';
export { NvmetNamespace } from '../guest/nvmet.js';
