import test from 'ava';
import { type Blame, explain, hasCode, LastrefError, messageOf } from '../../src/kit/errors.js';

test('blame decides the exit code', (t) => {
  const codes: Record<Blame, number> = { kernel: 1, test: 69, harness: 69, host: 69, user: 2 };
  for (const [blame, code] of Object.entries(codes))
    t.is(new LastrefError('x', { blame: blame as Blame }).exitCode, code, blame);
});

test('an exit code that was told wins: 125 tells a bisection to skip', (t) => {
  t.is(new LastrefError('x', { blame: 'kernel', exitCode: 125 }).exitCode, 125);
});

test('a person reads the sentence, then what to do, then where the evidence lies', (t) => {
  t.is(explain(new LastrefError('it broke', { blame: 'host' })), 'it broke');
  t.is(
    explain(new LastrefError('it broke', { blame: 'host', hint: 'mend it', evidence: '/log' })),
    'it broke\n  what to do: mend it\n  evidence: /log',
  );
});

test('an error that nobody expected shows where it came from', (t) => {
  t.regex(explain(new TypeError('oops')), /^TypeError: oops\n +at /);
  t.is(explain('a string'), 'a string');
});

test('anything that was thrown has a sentence', (t) => {
  t.is(messageOf(new Error('a')), 'a');
  t.is(messageOf('b'), 'b');
  t.is(messageOf(undefined), 'undefined');
});

test('the cause is kept, and a system error is told by its code', (t) => {
  const cause = Object.assign(new Error('gone'), { code: 'ENOENT' });
  t.is(new LastrefError('x', { blame: 'host', cause }).cause, cause);
  t.true(hasCode(cause, 'EACCES', 'ENOENT'));
  for (const other of [new Error('gone'), undefined, null, 'ENOENT', { code: 2 }])
    t.false(hasCode(other, 'ENOENT'));
});
