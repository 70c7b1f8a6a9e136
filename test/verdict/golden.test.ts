// Consoles captured from kernels that were booted: `NNN.log` by hand, `SERIES-SCENARIO.log` by `make golden` (capture.ts).
// Beside each, `.json` is what the engine must say of it. After a change that is meant, LASTREF_UPDATE_GOLDEN=1 writes
// the expectations anew; review them as any other diff.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { judgeConsole } from '../../src/verdict/scanner.js';
import type { ConsoleReport } from '../../src/verdict/types.js';
import { goldenLimit, markerOf, releaseOf } from './support/golden.js';

const folder = path.resolve(import.meta.dirname, '../../../test/verdict/logs');
const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));

function summary({ splats, lost }: ConsoleReport): unknown {
  return {
    clean: splats.length === 0,
    splats: splats.map(({ title, class: kind, function: fn, file, corrupted, fatal, aftermath, noise }) => {
      return { title, class: kind, function: fn, file, corrupted, fatal, aftermath, noise };
    }),
    lost: lost.map(({ kind, detail, accepted = null }) => ({ kind, detail, accepted })),
  };
}

test('there are golden consoles', (t) => {
  t.true(logs.length > 0, `no .log in ${folder}`);
});

for (const name of logs) {
  const log = readFileSync(path.join(folder, name));
  const expectation = path.join(folder, name.replace(/log$/, 'json'));
  const marker = markerOf(log) ?? 'golden';
  const options = { begin: marker, end: marker, release: releaseOf(name) };

  test(`the console ${name} is judged as recorded`, (t) => {
    const seen = summary(judgeConsole(log, options));
    if (process.env['LASTREF_UPDATE_GOLDEN'] === '1') {
      writeFileSync(expectation, `${JSON.stringify(seen, null, 2)}\n`);
    }
    t.deepEqual(seen, JSON.parse(readFileSync(expectation, 'utf8')));
  });

  test(`the splats of ${name} stand where their offsets say`, (t) => {
    for (const splat of judgeConsole(log).splats) {
      const range = log.subarray(splat.start, splat.end).toString('utf8');
      // A report of its own that only followed from this one is in the range, and told as aftermath.
      if (splat.aftermath.length > 0) t.true(range.startsWith(splat.raw));
      else t.is(range, splat.raw);
    }
    t.true(log.length < goldenLimit);
  });
}
