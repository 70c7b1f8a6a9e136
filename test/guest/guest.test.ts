import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { bootGuest } from '../../src/guest/boot.js';
import type { RunningGuest } from '../../src/guest/guest.js';
import type { BootSpec } from '../../src/guest/machine.js';
import { LastrefError } from '../../src/kit/errors.js';
import { until } from '../../src/kit/wait.js';
import { scratch } from '../artifacts/support/sample-run.js';
import { fakeGuest, fakeQemu, isAlive, pidOf, type Seen } from '../support/fake-guest.js';
import type { FakeScript } from '../support/fake-script.js';

process.env['LASTREF_QEMU'] = fakeQemu;

async function booted(
  t: ExecutionContext,
  script: Partial<FakeScript>,
  change: Partial<BootSpec> = {},
): Promise<{ guest: RunningGuest; directory: string; pid: number; seen: readonly Seen[] }> {
  const { spec, directory, seen } = await fakeGuest(t, script, change);
  const guest = await bootGuest(spec);
  t.teardown(() => guest.stop());
  return { guest, directory, pid: await pidOf(directory), seen };
}

interface Cpu {
  readonly rip: string;
  readonly cpl: number;
  readonly flags: string;
  readonly halted?: number;
}

/** One CPU as QEMU 7.2 prints it. */
function cpu({ rip, cpl, flags, halted = 0 }: Cpu): string {
  return [
    'CPU#0',
    'RAX=0000000000000000 RBX=0000000000000000 RCX=0000000000000000 RDX=0000000000000000',
    'RSI=0000000000000000 RDI=0000000000000000 RBP=ffff888000001000 RSP=ffff888000000ff0',
    'R8 =0000000000000000 R9 =0000000000000000 R10=0000000000000000 R11=0000000000000000',
    `RIP=${rip} RFL=${flags} [---Z-P-] CPL=${cpl} II=0 A20=1 SMM=0 HLT=${halted}`,
    '',
  ].join('\r\n');
}

test.serial('a guest that answers is diagnosed as running', async (t) => {
  const { guest } = await booted(t, {});
  t.is(await guest.diagnose(), 'running');
  t.is(guest.stateDetail, '');
});

test.serial('a guest that neither answers nor prints is silent, and what its CPUs did is kept', async (t) => {
  const { guest, directory } = await booted(t, {
    answers: [{ starts: 'true', hangs: true }],
    monitor: {
      'info registers -a': cpu({ rip: 'ffffffff81000010', cpl: 0, flags: '00000006' }),
      'x /2gx 0xffff888000001000': 'ffff888000001000: 0xffff888000001040 0xffffffff82000024\r\n',
      'x /2gx 0xffff888000001040': 'Cannot access memory\r\n',
    },
  });
  const names = async () => (address: bigint) => (address === 0xffffffff82000024n ? 'caller+0x4/0x8' : null);
  t.is(await guest.diagnose(names), 'silent');
  t.regex(guest.stateDetail, /no answer on SSH and nothing on its console; CPU 0 is at work in the kernel/);
  t.regex(guest.stateDetail, /with interrupts off \(0xffffffff81000010 < caller\+0x4\/0x8\)/);
  t.regex(await readFile(path.join(directory, 'registers.txt'), 'utf8'), /^CPU#0\r\n[\s\S]*CPU#0\r\n/);
  t.regex(
    await readFile(path.join(directory, 'cpus.txt'), 'utf8'),
    /look 6, CPU 0: .*\n {2}0xffffffff81000010\n {2}caller/,
  );
});

test.serial('a guest whose programs run is asked once more: it may only be slow', async (t) => {
  const { guest, directory } = await booted(t, {
    answers: [{ starts: 'true', hangs: true, times: 1 }],
    monitor: { 'info registers -a': cpu({ rip: '4011a3', cpl: 3, flags: '00000246' }) },
  });
  t.is(await guest.diagnose(), 'running');
  t.is(await readFile(path.join(directory, 'commands'), 'utf8'), 'true\ntrue\n');
});

test.serial('a guest that idles and does not answer says so', async (t) => {
  const { guest } = await booted(t, {
    answers: [{ starts: 'true', hangs: true }],
    monitor: { 'info registers -a': cpu({ rip: 'ffffffff81000010', cpl: 0, flags: '00000246', halted: 1 }) },
  });
  t.is(await guest.diagnose(), 'silent');
  t.regex(guest.stateDetail, /all CPUs are idle: whatever should answer sleeps/);
});

test.serial(
  'the memory of a guest is written where its evidence is, once QEMU says that it is done',
  async (t) => {
    const { guest, directory } = await booted(t, {
      replies: {
        'query-dump-guest-memory-capability': { return: { formats: ['elf', 'kdump-zlib'] } },
        'query-dump': { return: { status: 'completed' } },
      },
    });
    await guest.dumpMemory();
    const asked = await readFile(path.join(directory, 'qmp.jsonl'), 'utf8');
    t.regex(asked, /"protocol":"file:[^"]*memory\.dump","detach":true,"format":"kdump-zlib"/);
  },
);

test.serial('a dump that QEMU could not write is the host’s trouble', async (t) => {
  const { guest } = await booted(t, {
    replies: {
      'query-dump-guest-memory-capability': { return: { formats: ['elf'] } },
      'query-dump': { return: { status: 'failed' } },
    },
  });
  const error = await t.throwsAsync<LastrefError>(guest.dumpMemory(), { instanceOf: LastrefError });
  t.is(error?.blame, 'host');
});

test.serial('a machine that QEMU does not run is no silent kernel', async (t) => {
  const { guest } = await booted(t, { replies: { 'query-status': { return: { status: 'io-error' } } } });
  t.is(await guest.diagnose(), 'vanished');
  t.regex(guest.stateDetail, /its status is "io-error"/);
});

test.serial(
  'a QEMU that does not answer its monitor any more is the harness’s trouble, and is ended',
  async (t) => {
    const { guest, pid } = await booted(
      t,
      { replies: { 'query-status': null, quit: null } },
      { deadlinesMs: { command: 5000 } },
    );
    t.is(await guest.diagnose(), 'vanished');
    t.regex(guest.stateDetail, /gave up waiting for QEMU to answer query-status after 5\.0 s/);
    const { state, teardownFailures } = await guest.stop();
    t.is(state, 'vanished');
    t.deepEqual(teardownFailures, ['gave up waiting for QEMU to quit after 10.0 s']);
    t.false(isAlive(pid));
  },
);

for (const [what, deed, state, blame] of [
  [
    'switches itself off',
    { events: [{ event: 'SHUTDOWN', data: { guest: true } }], exits: 0 },
    'powered-off',
    'kernel',
  ],
  ['panics', { console: 'Kernel panic - not syncing: x\n', exits: 0 }, 'panicked', 'kernel'],
  [
    'panics without a word on its console',
    { events: [{ event: 'GUEST_PANICKED' }], exits: 0 },
    'panicked',
    'kernel',
  ],
  ['loses its QEMU', { exits: 9 }, 'vanished', 'harness'],
] as const) {
  test.serial(`a guest that ${what} ends every wait with that, and is diagnosed so`, async (t) => {
    const { guest, pid } = await booted(t, { answers: [{ starts: 'sync', hangs: true, deed: deed }] });
    await t.throwsAsync(guest.exec(['sync'], 600_000));
    t.is(await guest.diagnose(), state);
    t.true(guest.signal.aborted);
    t.is((guest.signal.reason as LastrefError).blame, blame);
    const ended = await guest.stop();
    t.is(ended.state, state);
    t.deepEqual(ended.teardownFailures, []);
    t.false(isAlive(pid));
  });
}

test.serial('a run that is stopped ends every wait for its guest with that reason', async (t) => {
  const controller = new AbortController();
  const { guest } = await booted(
    t,
    { answers: [{ starts: 'sync', hangs: true }] },
    { signal: controller.signal },
  );
  const waiting = guest.exec(['sync'], 600_000);
  const reason = new LastrefError('the run was interrupted', { blame: 'user', exitCode: 130 });
  controller.abort(reason);
  t.is(await t.throwsAsync(waiting), reason);
  t.is((await guest.stop()).state, 'off-asked');
});

test.serial('a panicked guest that never reboots is waited for, and then ended', async (t) => {
  const { guest, pid } = await booted(t, {
    answers: [
      { starts: 'sync', hangs: true, deed: { console: 'Kernel panic - not syncing: x\n' } },
      { starts: '/probes/kmsg', stdout: '0,7,1200,-;Kernel panic - not syncing: x\n' },
    ],
  });
  await t.throwsAsync(guest.exec(['sync'], 600_000), { message: /Kernel panic - not syncing: x/ });
  const { state, teardownFailures } = await guest.stop();
  t.is(state, 'panicked');
  t.regex(teardownFailures.join(), /gave up waiting for the panicked guest to reboot/);
  t.false(isAlive(pid));
});

test.serial('a panic that a program wrote ends nothing, and a real one later does', async (t) => {
  const { guest, seen } = await booted(t, {
    answers: [
      { starts: 'sync', deed: { console: 'Kernel panic - not syncing: x\n' } },
      { starts: '/probes/kmsg', stdout: '8,7,1200,-;Kernel panic - not syncing: x\n' },
      { starts: 'true' },
      { starts: 'halt', hangs: true, deed: { console: 'Kernel panic - not syncing: y\n', exits: 0 } },
    ],
  });
  await guest.exec(['sync']);
  await until({ name: 'the panic to be doubted', deadlineMs: 60_000 }, async () =>
    seen.find(({ event }) => event === 'panic-doubted'),
  );
  t.is((await guest.exec(['true'])).code, 0);
  t.is(guest.state, 'running');
  await t.throwsAsync(guest.exec(['halt'], 600_000));
  t.is(await guest.diagnose(), 'panicked');
  t.is(guest.stateDetail, 'Kernel panic - not syncing: y');
});

test.serial('a command that the server does not start is asked for again, and not without end', async (t) => {
  const { guest } = await booted(t, {
    answers: [
      { starts: 'true', refused: true, times: 3 },
      { starts: 'false', refused: true },
    ],
  });
  t.is((await guest.exec(['true'])).code, 0);
  await t.throwsAsync(guest.exec(['false']), { message: /refused to run false: Unable to exec/ });
});

test.serial('how a command ended is known, however soon it ends', async (t) => {
  const { guest } = await booted(t, {
    answers: [{ starts: 'true', atOnce: true, stdout: 'so soon', code: 3 }],
  });
  for (let round = 0; round < 20; round++) {
    const { code, stdout } = await guest.exec(['true']);
    t.deepEqual({ code, stdout }, { code: 3, stdout: 'so soon' });
  }
});

test.serial('a command has a deadline of its own, and the guest outlives it', async (t) => {
  const { guest } = await booted(t, { answers: [{ starts: 'sleep', hangs: true }] });
  await t.throwsAsync(guest.exec(['sleep', '1d'], 300), { message: /"sleep 1d" in the guest/ });
  t.is((await guest.exec(['true'])).code, 0);
});

test.serial('a command that prints without end is cut off and says so', async (t) => {
  const { guest } = await booted(t, { answers: [{ starts: 'yes', stdout: 'y'.repeat(17 << 20) }] });
  const error = await t.throwsAsync<LastrefError>(guest.exec(['yes'], 600_000), { instanceOf: LastrefError });
  t.regex(error?.message ?? '', /printed more than 16 MiB and was cut off/);
});

test.serial('a file arrives in the guest with its name and mode, whatever its name is', async (t) => {
  const { guest, directory } = await booted(t, {});
  const base = await scratch(t);
  const file = path.join(base, "it's a file.sh");
  await writeFile(file, '#!/bin/sh\n', { mode: 0o755 });
  await guest.push(file, '/probes dir');
  t.is(await readFile(path.join(directory, 'commands'), 'utf8'), "tar -xz -C '/probes dir'\n");
  const listed = await promisify(execFile)('tar', ['-tzvf', path.join(directory, 'stdin-1')]);
  t.regex(listed.stdout, /^-rwxr-xr-x .* it's a file\.sh\n$/);
});

test.serial('a file that cannot be unpacked, or is not there, is an error that names it', async (t) => {
  const { guest } = await booted(t, {
    answers: [{ starts: 'tar', code: 1, stderr: 'tar: no space left\n' }],
  });
  const file = path.join(await scratch(t), 'probe');
  await t.throwsAsync(guest.push(file, '/'), { code: 'ENOENT' });
  await writeFile(file, 'x');
  await t.throwsAsync(guest.push(file, '/'), {
    message: 'the guest could not unpack probe: tar: no space left',
  });
});

test.serial('a guest is stopped once: the second time there is nothing left to fail', async (t) => {
  const { guest } = await booted(t, {});
  t.deepEqual((await guest.stop()).teardownFailures, []);
  t.deepEqual((await guest.stop()).teardownFailures, []);
  await t.throwsAsync(guest.exec(['true']), { instanceOf: LastrefError });
});
