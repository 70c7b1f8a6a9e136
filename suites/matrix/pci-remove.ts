import { matrix } from '../../src/suite/matrix.js';

export default matrix('pci-remove');
