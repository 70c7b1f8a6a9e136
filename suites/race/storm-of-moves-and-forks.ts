import { race } from '../../src/suite/race.js';

export default race({
  title: 'moved, returned and inherited pages are zapped with all others',
  asks: ['zap-on-unbind', 'no-new-mappings', 'unbind-finishes', 'pool-balances', 'rebind-works'],
  covers: ['unbind', 'map', 'fork'],
  racers: ['storm', 'storm', 'spawn', 'load'],
  windows: ['storm.mapped.during', 'storm.gone.during', 'spawn.touched.during', 'spawn.faulted.during'],
});
