import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('an RCU stall is a FAIL that names the function', {
  crash: 'SOFTLOCKUP',
  set: {
    '/proc/sys/kernel/soft_watchdog': '0',
    '/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout': '4',
  },
  logs: /rcu: .*stall/,
  declares: { outcome: 'FAIL', says: /rcu detected stall in / },
});
