import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lastrefRun, type Ran } from '../lastref.js';
import type { Machine } from '../machine.js';
import type { Row } from '../row.js';

const mib = 1024 ** 2;
const suite = 'p2pdma';

function runSuite(machine: Machine, jobs: number, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const words = [
    '--jobs',
    String(jobs),
    '--kernel',
    machine.kernel,
    '--runs',
    path.join(machine.scratch, 'runs'),
  ];
  return lastrefRun([suite, ...words], { env: { LASTREF_SLOTS: String(jobs), ...env } });
}

/** The whole suite, one guest at a time and two; what our processes cost is read off the run with two. */
export const suiteSlots: Row = {
  id: 'e',
  title: 'whole suite',
  metrics: [
    { key: 'one', title: `suite ${suite}, 1 slot`, unit: 's' },
    { key: 'two', title: `suite ${suite}, 2 slots`, unit: 's' },
    { key: 'cpu', title: '(h) our CPU per scenario of the suite', unit: 's', atMost: 0.25 },
    { key: 'rss', title: '(h) our peak RSS, all processes', unit: 'MiB', atMost: 180 },
    { key: 'pss', title: '(h)   with shared pages counted once', unit: 'MiB' },
  ],
  measure: async (machine) => {
    const one = await runSuite(machine, 1);
    const two = await runSuite(machine, 2);
    return {
      one: one.seconds,
      two: two.seconds,
      cpu: two.usage.cpuSeconds / Math.max(1, two.scenarios),
      rss: two.usage.peakRssBytes / mib,
      pss: two.usage.peakPssBytes / mib,
    };
  },
};

/** Runs QEMU on the first core that no other QEMU of this kind has; the lock stays with its descriptor. */
const pinning = `#!/bin/sh
case "$1" in --version) exec qemu-system-x86_64 "$@";; esac
core=0
while [ $core -lt "$(nproc --all)" ]; do
  exec 9>>"$0.$core"
  flock --nonblock 9 && exec taskset --cpu-list $core qemu-system-x86_64 "$@"
  core=$((core + 1))
done
exec 9>&-
exec qemu-system-x86_64 "$@"
`;

/** Should QEMU's threads be pinned? Each guest on a core of its own, against the scheduler's choice in (e). */
export const suitePinned: Row = {
  id: 'p',
  title: 'pinned guests',
  metrics: [{ key: 'two', title: `suite ${suite}, 2 slots, each guest on its own core`, unit: 's' }],
  measure: async (machine) => {
    const program = path.join(machine.scratch, 'qemu-pinned');
    await writeFile(program, pinning);
    await chmod(program, 0o755);
    return { two: (await runSuite(machine, 2, { LASTREF_QEMU: program })).seconds };
  },
};
