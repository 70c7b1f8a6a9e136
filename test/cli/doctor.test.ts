import test from 'ava';
import { describeFindings, doctor, examine, type Host, thisHost } from '../../src/cli/doctor.js';
import { installCommand, parsePackages, systemPackages } from '../../src/cli/setup.js';
import { LastrefError } from '../../src/kit/errors.js';

const rows = parsePackages('flex flex reads the configuration\n# comment\n\nbison  bison  reads it too\n');

const healthy: Host = {
  nodeVersion: '20.19.0',
  packages: async () => rows,
  isPresent: async () => true,
  qemuVersion: async () => '7.2.22',
  freeBytes: async () => 100 * 1024 ** 3,
  availableMemoryBytes: async () => 16 * 1024 ** 3,
  canWrite: async () => true,
  accelerator: async () => ({ chosen: 'tcg', why: 'a guest under KVM made no progress' }),
};

async function state(host: Partial<Host>, what: string): Promise<string | undefined> {
  return (await examine({ ...healthy, ...host })).find((finding) => finding.what === what)?.state;
}

test('a healthy host can run, and its accelerator is named with the reason', async (t) => {
  const said: string[] = [];
  t.is(await doctor(healthy, (text) => said.push(text)), 0);
  t.regex(said.join(''), /poor {3}accelerator: tcg: a guest under KVM made no progress/);
  t.regex(said.join(''), /this host can run lastref\n$/);
});

test('each missing package comes with its own command, and all of them with one', async (t) => {
  const said: string[] = [];
  t.is(await doctor({ ...healthy, isPresent: async () => false }, (text) => said.push(text)), 69);
  const text = said.join('');
  t.regex(
    text,
    /LACKS {2}flex: missing: reads the configuration\n {9}(sudo )?apt-get install --no-install-recommends flex\n/,
  );
  t.regex(text, /all of the packages: (sudo )?apt-get install --no-install-recommends flex bison\n/);
  t.regex(text, /2 things to mend before lastref can run\n$/);
});

test('an old node, a QEMU that does not do, an unwritable cache keep it from running', async (t) => {
  t.is(await state({ nodeVersion: '20.18.9' }, 'node'), 'bad');
  t.is(await state({ nodeVersion: '24.0.0' }, 'node'), 'good');
  t.is(await state({ canWrite: async () => false }, 'cache'), 'bad');
  const qemu = async (): Promise<string> => {
    throw new LastrefError('QEMU 6.2 is too old', { blame: 'host', hint: 'apt-get install qemu-system-x86' });
  };
  t.is(await state({ qemuVersion: qemu }, 'qemu'), 'bad');
});

test('little room is poor, next to none is bad', async (t) => {
  t.is(await state({ freeBytes: async () => 8 * 1024 ** 3 }, 'cache'), 'poor');
  t.is(await state({ freeBytes: async () => 1024 ** 3 }, 'cache'), 'bad');
  t.is(await state({ availableMemoryBytes: async () => 3 * 1024 ** 3 }, 'memory'), 'poor');
  t.is(await state({ availableMemoryBytes: async () => 1024 ** 3 }, 'memory'), 'bad');
});

test('an accelerator that cannot even be looked for does not end the examination', async (t) => {
  const broken = async (): Promise<never> => {
    throw new Error('no QEMU\u001b[2J');
  };
  const findings = await examine({ ...healthy, accelerator: broken });
  t.is(findings.find(({ what }) => what === 'accelerator')?.state, 'bad');
  t.is(findings.at(-1)?.what, 'memory');
  t.false(describeFindings(findings).includes('\u001b'));
});

test('this host is looked at for real: sizes are numbers, folders that do not exist yet are judged by their parent', async (t) => {
  const host = thisHost(healthy.accelerator);
  t.true((await host.freeBytes('/tmp/not/there/yet')) > 0);
  t.true((await host.availableMemoryBytes()) > 0);
  t.true(await host.canWrite('/tmp/not/there/yet'));
});

test('the table of packages is whole: each row has a need, a package and a reason', async (t) => {
  const table = await systemPackages();
  t.true(table.length > 15);
  for (const row of table) {
    t.regex(row.need, /^(\/\S+|[a-z0-9_.-]+)$/);
    t.regex(row.package, /^[a-z0-9][a-z0-9.+-]+$/);
    t.true(row.why.length > 5);
  }
  t.is(new Set(table.map(({ need }) => need)).size, table.length);
});

test('root needs no sudo, and a package is named once', (t) => {
  t.is(installCommand(['flex', 'bc', 'flex'], 0), 'apt-get install --no-install-recommends flex bc');
  t.is(installCommand(['flex'], 1000), 'sudo apt-get install --no-install-recommends flex');
});
