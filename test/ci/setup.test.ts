import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { findTool } from '../../src/images/tools.js';
import { projectRoot } from '../../src/kit/paths.js';
import { scratch } from '../artifacts/support/sample-run.js';

const script = path.join(projectRoot, '.ci', 'setup');

/** A host whose PATH holds next to nothing, and whose apt-get writes down how it was called. */
class FakeHost {
  readonly bin: string;
  readonly calls: string;

  constructor(folder: string) {
    this.bin = path.join(folder, 'bin');
    this.calls = path.join(folder, 'calls');
  }

  static async make(t: ExecutionContext, user: 'root' | 'nobody' = 'root'): Promise<FakeHost> {
    const host = new FakeHost(await scratch(t));
    await mkdir(host.bin);
    await writeFile(host.calls, '');
    for (const tool of ['sh', 'dirname', 'mktemp', 'tail', 'rm', 'env', 'cat']) {
      await symlink((await findTool(tool)) ?? '', path.join(host.bin, tool));
    }
    await host.program('node', 'exit 0');
    await host.program('npm', 'exit 0');
    await host.program('id', `echo ${user === 'root' ? 0 : 1000}`);
    return host;
  }

  async program(name: string, body: string): Promise<void> {
    const file = path.join(this.bin, name);
    await writeFile(file, `#!/bin/sh\n${body}\n`);
    await chmod(file, 0o755);
  }

  /** `exit` is the exit code of `apt-get install`. */
  async aptGet(exit = 0): Promise<void> {
    await this.program(
      'apt-get',
      `echo "$DEBIAN_FRONTEND: $*" >>"$CALLS"; [ "$1" = install ] || exit 0; echo 'E: Unable to locate' >&2; exit ${exit}`,
    );
  }

  async run(): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
    const { exitCode, stdout, stderr } = await execa(script, {
      env: { PATH: this.bin, CALLS: this.calls },
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
    });
    return { exitCode, stdout: String(stdout), stderr };
  }

  async called(): Promise<string[]> {
    return (await readFile(this.calls, 'utf8')).split('\n').filter((line) => line !== '');
  }
}

test('a host that has everything is left alone', async (t) => {
  const host = await FakeHost.make(t);
  await host.aptGet();
  const { exitCode, stdout } = await execa(script, {
    env: { CALLS: host.calls },
    stdin: 'ignore',
    reject: false,
  });
  t.is(exitCode, 0, stdout);
  t.deepEqual(await host.called(), []);
});

test('missing packages are named with their reason and installed without a question where there is no terminal', async (t) => {
  const host = await FakeHost.make(t);
  await host.aptGet();
  const { exitCode, stdout } = await host.run();
  t.is(exitCode, 0);
  t.regex(stdout, /^missing: flex +the kernel's configuration reader$/m);
  const [call = '', ...more] = await host.called();
  t.regex(call, /^noninteractive: install --yes .*--no-install-recommends .*\bqemu-system-x86\b.*\bflex\b/);
  t.deepEqual(more, []);
});

test('stale package lists are updated once, and a failure says what to type', async (t) => {
  const host = await FakeHost.make(t);
  await host.aptGet(100);
  const { exitCode, stderr } = await host.run();
  t.is(exitCode, 69);
  t.deepEqual(
    (await host.called()).map((call) => call.split(' ')[1]),
    ['install', 'update', 'install'],
  );
  t.regex(stderr, /E: Unable to locate/);
  t.regex(
    String(stderr),
    /what to do: sh -c 'apt-get update && apt-get install --no-install-recommends .*flex/,
  );
});

test('a user who is not root goes through sudo', async (t) => {
  const host = await FakeHost.make(t, 'nobody');
  await host.aptGet();
  await host.program('sudo', 'echo "sudo $*" >>"$CALLS"; exec "$@"');
  t.is((await host.run()).exitCode, 0);
  t.regex((await host.called())[0] ?? '', /^sudo env DEBIAN_FRONTEND=noninteractive apt-get install/);
});

test('neither root nor sudo: exit 69, and the command for root', async (t) => {
  const host = await FakeHost.make(t, 'nobody');
  await host.aptGet();
  const { exitCode, stderr } = await host.run();
  t.is(exitCode, 69);
  t.regex(stderr, /as root: apt-get update && apt-get install/);
  t.deepEqual(await host.called(), []);
});

test('a host without apt-get is told which packages it needs', async (t) => {
  const host = await FakeHost.make(t);
  const { exitCode, stderr } = await host.run();
  t.is(exitCode, 69);
  t.regex(stderr, /no apt-get\n.*what Debian calls: .*flex/);
});

test('an old node is refused before anything is installed', async (t) => {
  const host = await FakeHost.make(t);
  await host.aptGet();
  await host.program('node', '[ "$1" = --version ] && echo v18.0.0; exit 1');
  const { exitCode, stderr } = await host.run();
  t.is(exitCode, 69);
  t.regex(stderr, /Node\.js v18\.0\.0 is too old/);
  t.deepEqual(await host.called(), []);
});

test('on a terminal it asks, and takes no for an answer; --yes does not ask', async (t) => {
  const pty = await findTool('script');
  t.truthy(pty, 'script(1) of bsdutils gives this test its terminal');
  const host = await FakeHost.make(t);
  await host.aptGet();
  const onTerminal = (words: string, input: string) =>
    execa(
      pty ?? '',
      ['--quiet', '--return', '--command', `${path.join('.ci', 'setup')}${words}`, '/dev/null'],
      {
        cwd: projectRoot,
        env: { PATH: host.bin, CALLS: host.calls, SHELL: '/bin/sh' },
        extendEnv: false,
        input,
        reject: false,
      },
    );
  const refused = await onTerminal('', 'n\n');
  t.regex(refused.stdout, /Install them with apt-get\? \[Y\/n\]/);
  t.is(refused.exitCode, 69);
  t.deepEqual(await host.called(), []);
  t.is((await onTerminal(' --yes', '')).exitCode, 0);
  t.is((await host.called()).length, 1);
});
