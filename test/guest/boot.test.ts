import { appendFile, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bootGuest } from '../../src/guest/boot.js';
import type { BootSpec } from '../../src/guest/machine.js';
import { type Blame, LastrefError } from '../../src/kit/errors.js';
import { makeKeyPair } from '../../src/suite/keys.js';
import { fakeGuest, fakeQemu, isAlive, pidOf } from '../support/fake-guest.js';
import type { FakeScript } from '../support/fake-script.js';

// One fake QEMU for all: what it does is scripted beside each guest's console.
process.env['LASTREF_QEMU'] = fakeQemu;

const read = (directory: string, name: string): Promise<string> =>
  readFile(path.join(directory, name), 'utf8');

test.serial('a healthy guest boots, answers, keeps its evidence and ends when it is asked to', async (t) => {
  const { spec, directory, seen } = await fakeGuest(t, {
    atBoot: { console: 'hello from the console\n' },
    answers: [
      { starts: 'cat /x', stdout: 'bytes', code: 0 },
      { starts: 'false', stderr: 'no', code: 3 },
    ],
  });
  const printed: string[] = [];
  const guest = await bootGuest({ ...spec, onConsole: (chunk) => printed.push(chunk.toString()) });
  t.is(guest.state, 'running');
  t.is(await guest.read('/x'), 'bytes');
  t.like(await guest.exec(['false']), { code: 3, stderr: 'no', stdout: '' });
  await t.throwsAsync(guest.run(['false', 'a b']), {
    message: /"false a b" ended in the guest with status 3: no/,
  });
  await guest.write('/dev/kmsg', 'a line\n');
  const ended = await guest.stop();
  t.deepEqual(ended, {
    state: 'off-asked',
    detail: 'it was switched off at the end of the scenario',
    teardownFailures: [],
  });
  t.false(isAlive(await pidOf(directory)));
  t.is(printed.join(''), '[    1.000000] lastref: guest up\nhello from the console\n');
  t.regex(await read(directory, 'qemu.argv'), /^-nodefaults\n/);
  t.regex(await read(directory, 'qmp.jsonl'), /^< \{"QMP".*\n> \{"execute":"qmp_capabilities"/);
  t.regex(
    await read(directory, 'commands'),
    /^cat \/x\nfalse\nfalse 'a b'\nsh -c 'echo -n "\$1" >"\$0"' \/dev\/kmsg 'a line\n'\n$/,
  );
  t.deepEqual(
    seen.map(({ event }) => event).filter((event) => event !== 'SHUTDOWN'),
    ['qemu-start', 'ready', 'qemu-exit'],
  );
  t.deepEqual((await readdir(spec.scratch)).sort(), ['cmb.img', 'disk.img']);
});

interface Misfortune {
  readonly what: string;
  readonly script?: Partial<FakeScript>;
  readonly spec?: Partial<BootSpec>;
  readonly says: RegExp;
  readonly blame: Blame;
  readonly exitCode?: number;
  readonly evidence?: string;
}

const misfortunes: readonly Misfortune[] = [
  {
    what: 'a guest that measured its clock wrong',
    script: { atBoot: { console: 'tsc: PIT calibration deviates from HPET: 248055 2596226\n' } },
    says: /did not boot: the guest measured its clock wrong, by a factor of 10\.5 .* this host was too busy$/,
    blame: 'host',
  },
  {
    what: 'a QEMU that dies before it greets',
    script: { atStart: { exits: 1 } },
    says: /^linux-fake did not boot: QEMU did not start: QEMU ended with status 1: fake: the last words of QEMU$/,
    blame: 'host',
    evidence: 'qemu.log',
  },
  {
    what: 'a QEMU that never greets',
    script: { greets: false },
    spec: { deadlinesMs: { greeting: 8000 } },
    says: /did not start: gave up waiting for QEMU's QMP greeting after 8\.0 s/,
    blame: 'host',
    evidence: 'qemu.log',
  },
  {
    what: 'a QEMU that talks nonsense',
    script: { atStart: { qmp: 'VNC server running on ::1:5900\x1b[2J' } },
    says: /no JSON object: VNC server running on ::1:5900\\x1b\[2J$/,
    blame: 'host',
    evidence: 'qemu.log',
  },
  {
    what: 'a QEMU that says null',
    script: { atStart: { qmp: 'null' } },
    says: /no JSON object: null$/,
    blame: 'host',
    evidence: 'qemu.log',
  },
  {
    what: 'a QEMU that refuses the negotiation',
    script: { replies: { qmp_capabilities: { error: { class: 'GenericError', desc: 'not today' } } } },
    says: /QEMU refused qmp_capabilities: not today/,
    blame: 'host',
    evidence: 'qemu.log',
  },
  {
    what: 'a QEMU that forwards no port',
    script: { replies: { 'human-monitor-command': { error: { class: 'CommandNotFound' } } } },
    says: /did not boot: QEMU refused human-monitor-command: CommandNotFound/,
    blame: 'harness',
  },
  {
    what: 'a kernel that panics',
    script: {
      sshIsMute: true,
      atBoot: { console: 'x\nKernel panic - not syncing: VFS: no root\n', exits: 0 },
    },
    says: /^linux-fake did not boot: the guest is gone: Kernel panic - not syncing: VFS: no root$/,
    blame: 'kernel',
    exitCode: 125,
  },
  {
    what: 'a kernel that tells pvpanic that it panicked',
    script: {
      sshIsMute: true,
      atBoot: { events: [{ event: 'GUEST_PANICKED', data: { action: 'none' } }], exits: 0 },
    },
    says: /told pvpanic that it panicked/,
    blame: 'kernel',
    exitCode: 125,
  },
  {
    what: 'a kernel that switches the machine off',
    script: { sshIsMute: true, atBoot: { events: [{ event: 'SHUTDOWN', data: { guest: true } }], exits: 0 } },
    says: /the guest is gone: it switched itself off/,
    blame: 'kernel',
    exitCode: 125,
  },
  {
    what: 'a QEMU that dies while the kernel boots',
    script: { sshIsMute: true, atBoot: { exits: 7 } },
    says: /the guest is gone: QEMU ended with status 7: fake: the last words of QEMU/,
    blame: 'harness',
  },
  {
    what: 'a kernel that never comes to userspace',
    script: { sshIsMute: true, atBoot: { console: '[    0.000000] Linux version 6.12\n' } },
    spec: { deadlinesMs: { boot: 3000 } },
    says: /gave up waiting for userspace .* after 3\.0 s/,
    blame: 'kernel',
    exitCode: 125,
  },
  {
    what: 'a kernel that never comes to userspace with a clock that was measured wrong',
    script: {
      sshIsMute: true,
      atBoot: { console: 'tsc: PIT calibration deviates from HPET: 325000 2600000\n' },
    },
    spec: { deadlinesMs: { boot: 3000 } },
    says: /gave up waiting for userspace .* after 3\.0 s: the guest measured its clock wrong, by a factor of 8\.0/,
    blame: 'host',
  },
  {
    what: 'a guest that is up and not reached by SSH',
    script: { sshIsMute: true, atBoot: { console: '[    6.392246] lastref: guest up\n' } },
    spec: { deadlinesMs: { boot: 3000 } },
    says: /gave up waiting for SSH on 127\.0\.0\.1:\d+ .* after 3\.0 s/,
    blame: 'harness',
  },
  {
    what: 'a kernel that never prints a line on an emulated CPU',
    script: { sshIsMute: true, atBoot: { console: '' } },
    spec: { deadlinesMs: { boot: 3000 } },
    says: /it never printed a line under tcg/,
    blame: 'kernel',
    exitCode: 125,
  },
  {
    what: 'a kernel that never prints a line under KVM',
    script: { sshIsMute: true, atBoot: { console: '' } },
    spec: { accelerator: 'kvm', deadlinesMs: { boot: 3000 } },
    says: /it never printed a line under kvm/,
    blame: 'host',
  },
  {
    what: "somebody else's host key",
    script: { hostKey: makeKeyPair().privateKey },
    says: /has a host key that is not the rootfs’s/,
    blame: 'harness',
  },
  {
    what: 'a console that is flooded',
    script: { sshIsMute: true, atBoot: { console: 'x'.repeat(3 << 20) } },
    spec: { consoleLimit: 2 << 20 },
    says: /the guest is gone: it wrote more than 2 MiB to its console/,
    blame: 'harness',
  },
];

async function fails(t: ExecutionContext, spec: BootSpec): Promise<LastrefError> {
  const error = await t.throwsAsync<LastrefError>(bootGuest(spec), { instanceOf: LastrefError });
  return error as LastrefError;
}

for (const { what, script, spec: change, says, blame, exitCode, evidence } of misfortunes) {
  test.serial(`${what} is told in a sentence, with who is to blame, and nothing is left of it`, async (t) => {
    const { spec, directory } = await fakeGuest(t, script, { ...change });
    const error = await fails(t, spec);
    t.regex(error.message, says);
    t.is(error.blame, blame);
    t.is(error.exitCode, exitCode ?? 69);
    t.is(error.evidence, path.join(directory, evidence ?? 'console.log'));
    t.false(isAlive(await pidOf(directory)));
  });
}

test.serial('what a kernel prints after the first line of its panic is kept', async (t) => {
  const { spec, directory } = await fakeGuest(t, {
    sshIsMute: true,
    atBoot: { console: 'Kernel panic - not syncing: Attempted to kill init!\n' },
  });
  const booting = fails(t, spec);
  const pid = await pidOf(directory);
  await appendFile(
    path.join(directory, 'console.log'),
    'Call Trace:\n dump_stack_lvl\n---[ end Kernel panic\n',
  );
  process.kill(pid, 'SIGTERM'); // the reboot that ends it
  t.regex((await booting).message, /Kernel panic - not syncing: Attempted to kill init!/);
  t.regex(await read(directory, 'console.log'), /end Kernel panic\n$/);
});

test.serial(
  'a run that is stopped while a guest boots stops at once, and it is not the guest that failed',
  async (t) => {
    const controller = new AbortController();
    const { spec, directory } = await fakeGuest(t, { sshIsMute: true }, { signal: controller.signal });
    const booting = t.throwsAsync(bootGuest(spec));
    const pid = await pidOf(directory);
    const reason = new LastrefError('the run was interrupted', { blame: 'user', exitCode: 130 });
    controller.abort(reason);
    t.is(await booting, reason);
    t.false(isAlive(pid));
  },
);

test.serial('a run that was stopped before starts no guest', async (t) => {
  const reason = new Error('stopped');
  const { spec, directory } = await fakeGuest(t, {}, { signal: AbortSignal.abort(reason) });
  t.is(await t.throwsAsync(bootGuest(spec)), reason);
  t.deepEqual(await readdir(directory), ['fake.json', 'template']);
});
