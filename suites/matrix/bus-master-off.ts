import { matrix } from '../../src/suite/matrix.js';

export default matrix('bus-master-off');
