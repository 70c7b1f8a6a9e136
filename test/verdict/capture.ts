// Makes golden consoles of a run of suites/meta: `node build/test/verdict/capture.js runs/latest`, or `make golden`, which
// runs the suite first. Of each guest that reported something, or had to report nothing, it keeps what the console said
// between the two markers, byte for byte but for the path of the build tree, as logs/SERIES-SCENARIO.log. golden.test.ts writes the expectations.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../src/kit/paths.js';
import { goldenLimit, markerOf } from './support/golden.js';

const folder = path.join(projectRoot, 'test/verdict/logs');

/** What programs made up shows nothing of how a kernel words it. */
const forged = 'meta/forged/';

interface Captured {
  readonly id: string;
  readonly outcome: string;
  readonly splats: readonly unknown[];
}

/** From the line before the begin marker to the end marker, or to the last byte where the guest never came to it. */
function cut(console: Buffer): Buffer {
  const token = markerOf(console);
  if (token === null) throw new Error('no begin marker');
  const begin = console.indexOf(`lastref: begin ${token}`);
  const from = console.lastIndexOf('\n', console.lastIndexOf('\n', begin) - 1) + 1;
  const end = console.indexOf(`lastref: end ${token}`);
  const to = end < 0 ? console.length : console.indexOf('\n', end) + 1;
  return console.subarray(from, to);
}

/** UBSAN prints where a file was compiled, and that is nobody's business. */
const withoutTree = (console: Buffer): Buffer =>
  Buffer.from(
    console.toString('latin1').replace(/\/[^\s:]*\/trees\/[^\s/:]+\/src\//g, '/usr/src/linux/'),
    'latin1',
  );

function capture(run: string): void {
  const { kernel } = JSON.parse(readFileSync(path.join(run, 'plan.json'), 'utf8')) as {
    kernel: { release: string };
  };
  const series = /^\d+\.\d+/.exec(kernel.release)?.[0] ?? kernel.release;
  const scenarios = path.join(run, 'scenarios');
  const names = readdirSync(scenarios, { recursive: true }).map(String);
  for (const name of names.filter((one) => /^[^.]*result\.json$/.test(one) && !one.includes('attempt-'))) {
    const result = JSON.parse(readFileSync(path.join(scenarios, name), 'utf8')) as Captured;
    const isWanted = result.splats.length > 0 || result.id.endsWith('-is-pass');
    if (!isWanted || result.id.startsWith(forged)) continue;
    if (result.outcome !== 'PASS') {
      process.stderr.write(`left out: ${result.id} is ${result.outcome}\n`);
      continue;
    }
    const console = cut(readFileSync(path.join(scenarios, path.dirname(name), 'console.log')));
    if (console.length > goldenLimit) {
      process.stderr.write(`left out: ${result.id} wrote ${console.length} bytes\n`);
      continue;
    }
    const slug = result.id
      .split('/')
      .slice(1)
      .join('-')
      .replace(/-is-\w+$/, '');
    writeFileSync(path.join(folder, `${series}-${slug}.log`), withoutTree(console));
  }
}

const run = process.argv[2];
if (run === undefined) throw new Error('which run? node build/test/verdict/capture.js runs/latest');
capture(run);
