import { matrix } from '../../src/suite/matrix.js';

export default matrix('slot-power-off');
