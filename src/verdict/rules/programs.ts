import { type RuleTable, rowsOf } from './rule.js';

const program = rowsOf('program', 'DoS');

// Programs whose death makes the log worthless as proof of health, told by shapes that no kernel line has.
export const programs: RuleTable = [
  program(
    'fuzzer',
    ['SYZFAIL: ', 'SYZFATAL: '],
    /(?<kind>SYZFAIL|SYZFATAL): (?<what>.{1,200})/,
    '{kind}: {what#}',
    { class: 'SYZ_FAILURE' },
  ),
  program(
    'go-runtime',
    ['fatal error: ', 'runtime error: ', 'goroutine stack'],
    /(?:fatal error|panic: runtime error|runtime: goroutine stack): ?/,
    'go runtime error',
    {
      needs: /^(?:goroutine \d+ \[|runtime stack:)/m,
    },
  ),
  program('go-panic', ['panic: '], /panic: (?<what>.{1,200})/, 'panic: {what#}', {
    needs: /^(?:goroutine \d+ \[|runtime stack:)/m,
    not: /[Kk]ernel panic/,
  }),
  // Cut before the stacks of its goroutines: only where nothing stands before it.
  program('go-panic-alone', ['panic: '], /^panic: (?<what>\w.{0,200})/, 'panic: {what#}', {
    not: /[Kk]ernel panic/,
  }),
  // A kernel that starts anew after it had already been running: kernel/…/boot messages behind other output.
  program(
    'reboot',
    ['Booting the kernel', 'Linux version '],
    /^Booting the kernel|Linux version \d/,
    'unexpected kernel reboot',
    {
      class: 'REBOOT',
      not: /Unknown parameter|Parsing ELF|Decompressing Linux/,
    },
  ),
];
