import type { Blame, Rule, RuleTable } from './rule.js';

const end = /^---\[ end Kernel panic|Rebooting in \d+ seconds/;
const head = 'Kernel panic - not syncing: ';

const panic = (id: string, what: RegExp, title: string, more: Partial<Rule> = {}): Rule => ({
  id,
  family: 'panic',
  words: ['Kernel panic'],
  start: new RegExp(head + what.source),
  class: 'DoS',
  title,
  end,
  fatal: true,
  ...more,
});

/** What panicked because something else was reported before: alone, the report itself is missing. */
const consequence = (id: string, what: RegExp, title: string): Rule =>
  panic(id, what, title, { secondary: true, corrupted: 'the report that led to this panic is missing' });

const stackTop: Blame = { from: ['trace'], skip: [/stack_chk/] };

// kernel/panic.c: panic, and its callers by message.
export const panics: RuleTable = [
  consequence('panic-fatal-exception', /(?:Fatal|Unhandled) exception/, 'kernel panic: Fatal exception'),
  consequence('panic-on-warn', /(?:\S+: )?panic_on_warn set/, 'kernel panic: panic_on_warn set'),
  consequence('warn-limit', /(?:\S+: )?system warned too often/, 'kernel panic: system warned too often'),
  consequence('oops-limit', /Oopsed too often/, 'kernel panic: Oopsed too often'),
  consequence(
    'panic-on',
    /(?:\S+: )?(?<what>panic_on_\w+|k\w+\.(?:panic|fault=panic)) set/,
    'kernel panic: {what} set',
  ),
  consequence('panic-hung-task', /hung_task: blocked tasks/, 'kernel panic: hung_task: blocked tasks'),
  consequence('panic-softlockup', /softlockup: hung tasks/, 'kernel panic: softlockup: hung tasks'),
  consequence(
    'panic-hard-lockup',
    /(?:Hard LOCKUP|Watchdog detected hard LOCKUP)/,
    'kernel panic: Hard LOCKUP',
  ),
  consequence('panic-rcu-stall', /RCU Stall/, 'kernel panic: RCU Stall'),
  consequence('panic-workqueue', /workqueue: .*stall/, 'kernel panic: workqueue stall'),
  panic(
    'stack-corrupted',
    /stack-protector: Kernel stack is corrupted in: (?!(?:0x)?[0-9a-f]{8,})(?<fn>[A-Za-z_$][\w$]*)/,
    'kernel panic: stack is corrupted in {fn}',
    {
      blame: { from: ['header'] },
    },
  ),
  panic(
    'stack-corrupted-at',
    /stack-protector: Kernel stack is corrupted in:/,
    'kernel panic: stack is corrupted in {fn}',
    {
      blame: stackTop,
      stack: true,
    },
  ),
  panic(
    'stack-end',
    /corrupted stack end detected inside scheduler/,
    'kernel panic: corrupted stack end in {fn}',
    {
      blame: { from: ['trace'], skip: [/schedule|retint_kernel/], pick: 'stall' },
      stack: true,
    },
  ),
  panic('init', /Attempted to kill init!/, 'kernel panic: Attempted to kill init!'),
  panic('ldisc', /Couldn't open N_TTY ldisc/, "kernel panic: Couldn't open N_TTY ldisc"),
  panic('no-root', /VFS: Unable to mount root fs/, 'kernel panic: VFS: Unable to mount root fs'),
  panic('no-init', /No working init found/, 'kernel panic: No working init found'),
  panic('panic-oom', /(?:Out of memory|System is deadlocked on memory)/, 'kernel panic: Out of memory', {
    class: 'RESOURCE',
  }),
  panic('panic', /(?<what>.{1,160})/, 'kernel panic: {what#}'),
  panic('panic-bare', /$/, 'kernel panic', {
    start: /Kernel panic(?: - not syncing)?:?\s*$/,
    corrupted: 'the reason is cut',
  }),
];
