import type { Rule, RuleTable } from './rule.js';

const resource = (
  id: string,
  words: string[],
  start: RegExp,
  title: string,
  more: Partial<Rule> = {},
): Rule => ({
  id,
  family: 'resource',
  words,
  start,
  class: 'RESOURCE',
  title,
  ...more,
});

// mm/oom_kill.c: dump_header, __oom_kill_process. The guest is too small, or something leaks: a verdict of its own.
export const resources: RuleTable = [
  resource('oom', ['invoked oom-killer'], /(?<who>\S+) invoked oom-killer: /, 'out of memory'),
  resource(
    'oom-kill',
    ['Killed process'],
    /(?:Out of memory|Memory cgroup out of memory): Killed process/,
    'out of memory',
    { joins: ['resource'] },
  ),
];
