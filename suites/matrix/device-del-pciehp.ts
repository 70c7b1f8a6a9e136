import { matrix } from '../../src/suite/matrix.js';

export default matrix('device-del-pciehp');
