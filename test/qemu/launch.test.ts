import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { LastrefError } from '../../src/kit/errors.js';
import { describeExit, launchQemu, type QemuProcess } from '../../src/qemu/launch.js';
import { qemuVersion } from '../../src/qemu/version.js';
import { scratch } from '../artifacts/support/sample-run.js';
import { isAlive, program } from '../support/fake-guest.js';

/** What comes first on the QMP socket, which is held back until somebody listens. */
function firstWords({ qmpSocket }: QemuProcess): Promise<string> {
  return new Promise((resolve) => {
    qmpSocket.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    qmpSocket.resume();
  });
}

// LASTREF_QEMU belongs to the whole worker: one test after the other.
test.serial('what QEMU says goes to its log, its end is told, and words arrive as they are', async (t) => {
  process.env['LASTREF_QEMU'] = await program(t, 'printf "%s|" "$@"; echo error >&2; exit 3');
  const log = path.join(await scratch(t), 'qemu log');
  const qemu = await launchQemu(['-a b', "it's", '', '$HOME;x'], log);
  const exit = await qemu.exited;
  t.deepEqual(exit, { code: 3, signal: null });
  t.is(await readFile(log, 'utf8'), "-a b|it's||$HOME;x|error\n");
  t.is(describeExit(exit, log), "QEMU ended with status 3: -a b|it's||$HOME;x|error");
});

test.serial('a QEMU that is killed is gone, and said so', async (t) => {
  process.env['LASTREF_QEMU'] = await program(t, 'echo ready >&3; exec sleep 1000');
  const log = path.join(await scratch(t), 'log');
  const qemu = await launchQemu([], log);
  t.is(await firstWords(qemu), 'ready\n');
  t.true(isAlive(qemu.pid));
  qemu.kill();
  const exit = await qemu.exited;
  t.deepEqual(exit, { code: null, signal: 'SIGKILL' });
  t.is(describeExit(exit, log), 'QEMU ended with SIGKILL; it gave no reason');
  t.false(isAlive(qemu.pid));
});

test.serial('the socket on descriptor 3 speaks both ways', async (t) => {
  process.env['LASTREF_QEMU'] = await program(t, 'read -r line <&3; echo "heard $line" >&3');
  const qemu = await launchQemu([], path.join(await scratch(t), 'log'));
  qemu.qmpSocket.write('a word\n');
  t.is(await firstWords(qemu), 'heard a word\n');
  await qemu.exited;
});

test.serial('what QEMU says before anybody listens is not lost', async (t) => {
  process.env['LASTREF_QEMU'] = await program(t, 'echo greeting >&3; read -r line <&3');
  const qemu = await launchQemu([], path.join(await scratch(t), 'log'));
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  t.is(await firstWords(qemu), 'greeting\n');
  qemu.kill();
  await qemu.exited;
});

test.serial('no QEMU at all is an end with its reason in the log', async (t) => {
  process.env['LASTREF_QEMU'] = '/nonexistent/qemu';
  const log = path.join(await scratch(t), 'log');
  const exit = await (await launchQemu([], log)).exited;
  t.is(exit.code, 127);
  t.regex(describeExit(exit, log), /status 127: .*\/nonexistent\/qemu: not found/);
});

test.serial('a host without setpriv is told, and what to do', async (t) => {
  const before = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  t.teardown(() => {
    process.env['PATH'] = before;
  });
  const log = path.join(await scratch(t), 'log');
  const error = await t.throwsAsync<LastrefError>(launchQemu([], log), { instanceOf: LastrefError });
  t.regex(error?.message ?? '', /could not start setpriv: .*ENOENT/);
  t.like(error, { blame: 'host', hint: 'lastref doctor', evidence: log });
});

test('a version is read off what QEMU says of itself', async (t) => {
  for (const [said, version] of [
    ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)', '7.2.22'],
    ['QEMU emulator version 10.0 (v10.0)', '10.0'],
  ] as const)
    t.is(await qemuVersion(await program(t, `echo '${said}'`)), version);
});

for (const [what, script, sentence] of [
  [
    'too old',
    "echo 'QEMU emulator version 6.2.0 (Debian)'",
    /^QEMU 6\.2\.0 is too old: lastref needs 7\.2 or later$/,
  ],
  ['too old by a minor version', "echo 'QEMU emulator version 7.1.90'", /^QEMU 7\.1\.90 is too old/],
  ['no QEMU', "echo 'hello'", /does not say which version it is: hello$/],
  ['broken', 'exit 127', /does not run: /],
] as const) {
  test(`a QEMU that is ${what} is the host’s trouble, with the command that mends it`, async (t) => {
    const error = await t.throwsAsync<LastrefError>(qemuVersion(await program(t, script)), {
      message: sentence,
    });
    t.like(error, { blame: 'host', exitCode: 69, hint: 'apt-get install qemu-system-x86' });
  });
}

test('a QEMU that is not there is the host’s trouble too', async (t) => {
  const error = await t.throwsAsync<LastrefError>(qemuVersion('/nonexistent/qemu'), {
    message: /does not run/,
  });
  t.like(error, { blame: 'host', hint: 'apt-get install qemu-system-x86' });
});

test('what QEMU says about every guest is not why it ended', async (t) => {
  const log = path.join(await scratch(t), 'qemu.log');
  const usual =
    "qemu-system-x86_64: warning: TCG doesn't support requested feature: CPUID.0DH:EAX.xsavec [bit 1]";
  const moved =
    'wrote 1048576/1048576 bytes at offset 0\n1 MiB, 1 ops; 00.00 sec (2.865 GiB/sec and 2933.7902 ops/sec)';
  await writeFile(log, `${usual}\n${moved}\n`);
  t.is(describeExit({ code: null, signal: 'SIGKILL' }, log), 'QEMU ended with SIGKILL; it gave no reason');
  await writeFile(log, `${usual}\nqemu-system-x86_64: cannot set up guest memory\n${moved}\n`);
  t.regex(describeExit({ code: 1, signal: null }, log), /status 1: .*cannot set up guest memory$/);
});
