import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { BootSpec } from '../../src/guest/machine.js';
import { projectRoot } from '../../src/kit/paths.js';
import { until } from '../../src/kit/wait.js';
import { fakeGuest, fakeQemu, isAlive, pidOf } from '../support/fake-guest.js';
import type { FakeScript } from '../support/fake-script.js';

const bootOnce = path.join(projectRoot, 'build/test/support/boot-once.js');

/** A process of its own that boots a fake guest. */
async function start(
  t: ExecutionContext,
  script: Partial<FakeScript>,
  change: Partial<BootSpec> = {},
  words: readonly string[] = [],
) {
  const { spec, directory } = await fakeGuest(t, script, change);
  const folder = path.dirname(directory);
  await writeFile(path.join(folder, 'spec.json'), JSON.stringify(spec));
  const child = execa(process.execPath, [bootOnce, folder, ...words], {
    env: { LASTREF_QEMU: fakeQemu },
    reject: false,
    timeout: 120_000, // it ends by itself, or it has left something open
  });
  return { child, directory };
}

for (const [what, script, change, says] of [
  ['a guest that was stopped', {}, {}, /^booted\n.*"state":"off-asked"/],
  ['a QEMU that never greets', { greets: false }, { deadlinesMs: { greeting: 8000 } }, /QMP greeting/],
  ['a QEMU that dies at once', { atStart: { exits: 1 } }, {}, /did not start/],
  [
    'a guest that never answers',
    { sshIsMute: true, atBoot: { console: 'lastref: guest up\n' } },
    { deadlinesMs: { boot: 500 } },
    /gave up waiting for SSH/,
  ],
  [
    'a stranger on the port',
    {},
    { rootfs: { name: 'b', key: 'k', cpio: '/dev/null', hostKeys: [], provenance: {} } },
    /host key/,
  ],
] as const) {
  test.serial(`${what} keeps nothing open: the process ends by itself`, async (t) => {
    const { child, directory } = await start(t, script, change);
    const { stdout, stderr, exitCode, timedOut } = await child;
    t.false(timedOut, stdout);
    t.is(exitCode, 0, stderr);
    t.regex(stdout, says);
    t.false(isAlive(await pidOf(directory)));
  });
}

test.serial('a tool that is killed takes its QEMU with it', async (t) => {
  const { child, directory } = await start(t, { answers: [{ starts: 'x', hangs: true }] }, {}, ['stay']);
  const pid = await pidOf(directory);
  await until({ name: 'the guest to boot', deadlineMs: 60_000 }, async () =>
    (await readdir(directory)).includes('qmp.jsonl') &&
    (await readFile(path.join(directory, 'qmp.jsonl'), 'utf8')).includes('usernet')
      ? true
      : undefined,
  );
  t.true(isAlive(pid));
  child.kill('SIGKILL');
  await child;
  await until({ name: 'QEMU to be gone', deadlineMs: 30_000 }, async () => (isAlive(pid) ? undefined : true));
  t.false(isAlive(pid));
});
