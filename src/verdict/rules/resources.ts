import { type RuleTable, rowsOf } from './rule.js';

const resource = rowsOf('resource', 'RESOURCE');

// mm/oom_kill.c: dump_header, __oom_kill_process. The guest is too small, or something leaks: a verdict of its own.
export const resources: RuleTable = [
  resource('oom', ['invoked oom-killer'], /(?<who>\S+) invoked oom-killer: /, 'out of memory'),
  resource(
    'oom-kill',
    ['Killed process'],
    /(?:Out of memory|Memory cgroup out of memory): Killed process/,
    'out of memory',
    // The tables of memory and tasks before it are longer than a report.
    { joins: ['resource'], follows: ['resource'] },
  ),
];
