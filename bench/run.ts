/** Measures the targets of the project, all sides in one run: `make bench`, or `node build/bench/run.js --help`. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { newRunId, runsRoot } from '../src/artifacts/layout.js';
import { writeJson } from '../src/kit/atomic.js';
import { messageOf } from '../src/kit/errors.js';
import { openMachine } from './machine.js';
import { linesOf, type Measured, tableOf } from './report.js';
import type { Round, Row } from './row.js';
import { ratios, rows } from './rows.js';

const usage = `usage: node build/bench/run.js [--only a,b,…] [--quick] [--rounds N] [--kernel K] [--out DIR]
Rows, round after round in turn: ${rows.map(({ id, title }) => `${id} ${title}`).join(' · ')}.
--quick is one round: to see that it works, not to quote. The JSON goes to <runs>/bench unless told.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean' },
    rounds: { type: 'string', default: '7' },
    kernel: { type: 'string', default: process.env['KERNEL'] || 'linux-6.12-kasan' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function chosenRows(only: string | undefined): readonly Row[] {
  if (only === undefined) return rows;
  const ids = only.split(',').map((id) => (id === 'h' ? 'e' : id)); // (h) is read off the runs of (e)
  const unknown = ids.find((id) => !rows.some((row) => row.id === id));
  if (unknown !== undefined) throw new Error(`there is no row ${unknown}\n${usage}`);
  return rows.filter(({ id }) => ids.includes(id));
}

interface Underway {
  readonly row: Row;
  readonly rounds: Round[];
  readonly trouble: string[];
  ready: boolean;
}

async function measureAll(chosen: readonly Row[], rounds: number, folder: string): Promise<Measured[]> {
  const machine = await openMachine({ kernel: values.kernel, folder, onBuild: say });
  try {
    const all: Underway[] = chosen.map((row) => ({ row, rounds: [], trouble: [], ready: false }));
    for (const one of all) {
      const lacking = await one.row.lacks?.(machine);
      if (lacking === undefined) one.ready = await attempt(one, () => one.row.prepare?.(machine));
      else one.trouble.push(`not measured: ${lacking}`);
    }
    for (let round = 1; round <= rounds; round++) {
      for (const one of all.filter(({ ready }) => ready)) {
        say(`round ${round} of ${rounds}: (${one.row.id}) ${one.row.title}`);
        await attempt(one, async () => {
          const measured = await one.row.measure(machine, round);
          one.rounds.push(measured);
          say(
            `  ${Object.entries(measured)
              .map(([key, value]) => `${key} ${value.toFixed(3)}`)
              .join(', ')}`,
          );
        });
      }
    }
    for (const { row } of all) await row.tearDown?.();
    return all;
  } finally {
    await machine.end();
  }
}

async function attempt(one: Underway, step: () => Promise<void> | undefined): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    say(`  failed: ${messageOf(error)}`);
    one.trouble.push(`failed: ${messageOf(error)}`);
    return false;
  }
}

if (values.help === true) process.stdout.write(usage);
else {
  const rounds = values.quick === true ? 1 : Math.max(1, Number(values.rounds) || 7);
  const folder = values.out === undefined ? path.join(await runsRoot(), 'bench') : path.resolve(values.out);
  const load = loadavg()[0] ?? 0;
  if (load > 0.5)
    say(`the machine is busy (load ${load.toFixed(1)}): what is measured now is not worth quoting`);
  const measured = await measureAll(chosenRows(values.only), rounds, folder);
  const lines = linesOf(measured, ratios);
  process.stdout.write(tableOf(lines, measured));
  const file = path.join(folder, `${newRunId()}.json`);
  await writeJson(file, {
    at: new Date().toISOString(),
    kernel: values.kernel,
    rounds,
    host: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryMiB: Math.round(totalmem() / 1024 ** 2),
      node: process.version,
      load: { before: load, after: loadavg()[0] },
    },
    lines,
    trouble: measured.flatMap(({ row, trouble }) => trouble.map((why) => ({ row: row.id, why }))),
  });
  process.stdout.write(`\n${file}\n`);
}
