import { race } from '../../src/suite/race.js';

export default race({
  title: 'mappings that are made while unbind begins are zapped or refused',
  asks: ['zap-on-unbind', 'no-new-mappings', 'unbind-finishes', 'pool-balances', 'rebind-works'],
  covers: ['unbind', 'map'],
  racers: ['store', 'churn', 'churn'],
  windows: ['mapped during', 'gone during', 'faulted during'],
});
