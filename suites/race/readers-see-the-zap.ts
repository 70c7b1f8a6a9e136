import { race } from '../../src/suite/race.js';

export default race({
  title: 'readers that never enter the kernel lose the memory before unbind is over',
  asks: ['zap-on-unbind', 'unbind-finishes', 'pool-balances', 'rebind-works'],
  covers: ['unbind', 'tlb'],
  racers: ['load', 'load', 'store'],
  windows: ['load.touched.during', 'load.faulted.during', 'store.faulted.during'],
});
