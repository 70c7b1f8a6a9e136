import test from 'ava';
import { buildEvent } from '../../src/cli/progress.js';

test('every object of a compilation is the same doing, so that a log is not flooded', (t) => {
  const at = (done: number) =>
    buildEvent(
      'kernel',
      'k',
      {
        phase: 'compile',
        message: `compiling: ${done} of about 10 objects`,
        done,
        expected: 10,
        secondsLeft: 3,
      },
      0,
    );
  t.is(at(1).doing, at(2).doing);
  t.is(at(2).done, 2);
  t.is(at(2).leftMs, 3000);
});

test('other phases say in their own words what they do', (t) => {
  const event = buildEvent('kernel', 'k', { phase: 'fetch', message: 'fetching linux-source-6.12' }, 5);
  t.deepEqual(event, {
    kind: 'build-progress',
    t: 5,
    what: 'kernel',
    name: 'k',
    doing: 'fetching linux-source-6.12',
    done: null,
    expected: null,
    leftMs: null,
  });
});
