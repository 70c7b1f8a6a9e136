import { matrix } from '../../src/suite/matrix.js';

export default matrix('bus-reset');
