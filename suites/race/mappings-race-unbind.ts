import { race } from '../../src/suite/race.js';

export default race({
  title: 'mappings that are made while unbind begins are zapped or refused',
  asks: ['zap-on-unbind', 'no-new-mappings', 'unbind-finishes', 'pool-balances', 'rebind-works'],
  covers: ['unbind', 'map'],
  racers: ['store', 'churn', 'churn', 'remap'],
  windows: ['churn.mapped.during', 'churn.gone.during', 'remap.gone.during', 'store.faulted.during'],
  narrow: ['churn.faulted.during'],
});
