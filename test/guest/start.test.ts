import { chmod, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type StartSpec, startGuest } from '../../src/guest/start.js';
import { hasCode, LastrefError } from '../../src/kit/errors.js';
import { scratch } from '../artifacts/support/sample-run.js';
import { fakeGuest, fakeQemu } from '../support/fake-guest.js';
import type { FakeScript } from '../support/fake-script.js';

process.env['LASTREF_QEMU'] = fakeQemu;

/** A guest that is brought to rest says so. */
const atRest = { starts: "sh -c 'sync", deed: { console: '[    9.0] lastref: guest at rest\n' } } as const;

interface Desk {
  readonly spec: StartSpec;
  readonly directory: string;
  /** Console of the guest that was handed out. */
  readonly printed: () => string;
  readonly events: () => string[];
}

/** What `startGuest` needs for a fake guest; with `like`, one of the same kernel, rootfs and host key. */
async function desk(
  t: ExecutionContext,
  script: Partial<FakeScript> = {},
  change: Partial<StartSpec> = {},
  like?: Desk,
): Promise<Desk> {
  const answers = [atRest, ...(script.answers ?? [])];
  const part = like === undefined ? {} : { hostKey: await hostKeyOf(like.directory) };
  const { spec, directory, seen } = await fakeGuest(t, { ...script, ...part, answers });
  const chunks: string[] = [];
  return {
    directory,
    printed: () => chunks.join(''),
    events: () => seen.map(({ event }) => event),
    spec: {
      ...spec,
      ...(like === undefined ? {} : { kernel: like.spec.kernel, rootfs: like.spec.rootfs }),
      templates: 'make',
      probes: [],
      judgeBoot: (console) => ({ bytes: console.length }),
      onConsole: (chunk) => void chunks.push(chunk.toString()),
      ...change,
    },
  };
}

async function hostKeyOf(directory: string): Promise<string> {
  const part = JSON.parse(await readFile(path.join(directory, 'fake.json'), 'utf8')) as FakeScript;
  return part.hostKey;
}

/** A cache of its own; returns where its templates are. */
async function ownCache(t: ExecutionContext): Promise<string> {
  const cache = await scratch(t);
  process.env['XDG_CACHE_HOME'] = cache;
  return path.join(cache, 'lastref', 'templates');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

const templatesIn = async (cache: string): Promise<string[]> =>
  (await namesIn(cache)).filter((name) => /^[0-9a-f]{64}$/.test(name)).map((name) => path.join(cache, name));

const read = (directory: string, name: string): Promise<string> =>
  readFile(path.join(directory, name), 'utf8');

test.serial(
  'the first guest of a kind makes a template and is its clone; the next is a clone at once',
  async (t) => {
    const cache = await ownCache(t);
    const first = await desk(t, { atWake: { console: '[    9.1] nvme nvme0: pci function\n' } });
    const { directory } = first;
    const guest = await startGuest(first.spec);
    const boot = await read(directory, 'template/console.log');
    t.like(guest.origin, { kind: 'clone', judgedBoot: { bytes: boot.length } });
    t.regex(boot, /guest up\n.*guest at rest\n$/s);
    t.regex(await read(directory, 'qmp.jsonl'), /migrate-incoming.*"id":"cmb".*"id":"disk".*"cont"/s);
    t.regex(await read(directory, 'template/qmp.jsonl'), /device_del.*room-cmb.*"stop".*"migrate"/s);
    t.regex(await read(directory, 'commands'), /^date -u -s @\d+\n$/);
    await guest.stop();
    t.is(
      first.printed(),
      '[    9.1] nvme nvme0: pci function\n',
      'what the template printed is not judged again',
    );
    t.true(first.events().includes('template-made'));
    const [template = ''] = await templatesIn(cache);
    t.deepEqual((await readdir(template)).sort(), ['boot.log', 'memory', 'state', 'template.json']);

    const second = await desk(t, {}, { templates: 'use' }, first);
    const clone = await startGuest(second.spec);
    t.is(clone.origin.kind, 'clone');
    t.false(second.events().includes('template-made'));
    const keyOf = async (folder: string): Promise<string | undefined> =>
      /name=opt\/lastref\/key,string=(.*)/.exec(await read(folder, 'qemu.argv'))?.[1];
    t.not(await keyOf(directory), await keyOf(second.directory), 'a key of its own');
    await clone.stop();
  },
);

test.serial('no template is made for one guest alone, or where a boot is asked for', async (t) => {
  const cache = await ownCache(t);
  for (const change of [{ templates: 'use' }, { templates: 'cold' }, { append: ['quiet'] }] as const) {
    const { spec } = await desk(t, {}, change);
    const guest = await startGuest(spec);
    t.is(guest.origin.kind, 'cold');
    await guest.stop();
  }
  t.deepEqual(await namesIn(cache), []);
});

interface Misfortune {
  readonly what: string;
  readonly script: Partial<FakeScript>;
  readonly why: RegExp;
  /** The clone failed and not its making: the next guest tries once more. */
  readonly again: boolean;
}

const noCapability = { error: { desc: "Invalid parameter 'x-ignore-shared'" } };
const keyless = '[ 5.0] lastref: init: no lastref.key= on the command line, and no fw_cfg\n';

const misfortunes: readonly Misfortune[] = [
  {
    what: 'a QEMU that cannot save',
    script: { replies: { 'query-migrate': { return: { status: 'failed', 'error-desc': 'no' } } } },
    why: /^its template could not be made: QEMU could not save the guest: no$/,
    again: false,
  },
  {
    what: 'a QEMU that knows no x-ignore-shared',
    script: { replies: { 'migrate-set-capabilities': noCapability } },
    why: /could not be made: QEMU refused migrate-set-capabilities: Invalid parameter/,
    again: false,
  },
  {
    what: 'a kernel without fw_cfg',
    script: { atBoot: { console: keyless } },
    why: /could not be made: .*CONFIG_FW_CFG_SYSFS/,
    again: false,
  },
  {
    what: 'a state that cannot be restored',
    script: { asClone: { replies: { 'query-migrate': { return: { status: 'failed' } } } } },
    why: /^the clone of its template did not wake: QEMU could not restore the template/,
    again: true,
  },
  {
    what: 'a device that is refused',
    script: { asClone: { replies: { device_add: { error: { desc: 'Slot 0 is occupied' } } } } },
    why: /did not wake: QEMU refused device_add: Slot 0 is occupied$/,
    again: true,
  },
  {
    what: 'a clone that panics as it wakes',
    script: {
      asClone: { sshIsMute: true },
      atWake: { console: 'Kernel panic - not syncing: x\n', exits: 0 },
    },
    why: /did not wake: .*Kernel panic - not syncing: x$/,
    again: true,
  },
  {
    what: 'a clone whose QEMU dies',
    script: { asClone: { sshIsMute: true }, atWake: { exits: 1 } },
    why: /did not wake: .*the last words of QEMU/,
    again: true,
  },
];

for (const { what, script, why, again } of misfortunes) {
  test.serial(`${what} costs time and nothing else: the guest boots cold, and says why`, async (t) => {
    const cache = await ownCache(t);
    const first = await desk(t, script);
    const guest = await startGuest(first.spec);
    t.is(guest.origin.kind, 'cold');
    t.regex(guest.origin.kind === 'cold' ? (guest.origin.why ?? '') : '', why);
    t.is((await namesIn(first.directory)).includes('failed-clone'), again);
    await guest.stop();
    // Only the guest that was handed out counts: not what printed before it and failed.
    t.regex(first.printed(), /^\[ {4}1\.0{6}\] lastref: guest up\n/);
    t.notRegex(first.printed(), /panic/);
    t.deepEqual(await templatesIn(cache), []);

    const next = await desk(t, script, {}, first);
    const second = await startGuest(next.spec);
    t.is(second.origin.kind, 'cold');
    t.is((await namesIn(path.join(next.directory, 'template'))).includes('qemu.argv'), again);
    await second.stop();
  });
}

test.serial('a template that was cut, or half-made, is made anew', async (t) => {
  const cache = await ownCache(t);
  const first = await desk(t);
  await (await startGuest(first.spec)).stop();
  const damages = [
    async (template: string) => {
      await chmod(path.join(template, 'memory'), 0o644);
      await truncate(path.join(template, 'memory'), 3);
    },
    (template: string) => writeFile(path.join(template, 'state'), 'the state of the device'),
    (template: string) => writeFile(path.join(template, 'template.json'), '{"memoryBytes": 2'),
  ];
  for (const damage of damages) {
    const [template = ''] = await templatesIn(cache);
    await damage(template);
    const next = await desk(t, {}, {}, first);
    const guest = await startGuest(next.spec);
    t.is(guest.origin.kind, 'clone');
    t.true(next.events().includes('template-made'));
    await guest.stop();
  }
});

test.serial('two that want the same template at once make it once', async (t) => {
  await ownCache(t);
  const first = await desk(t);
  const second = await desk(t, {}, {}, first);
  const guests = await Promise.all([startGuest(first.spec), startGuest(second.spec)]);
  t.deepEqual(
    guests.map(({ origin }) => origin.kind),
    ['clone', 'clone'],
  );
  const makers = [first, second].filter(({ events }) => events().filter((one) => one === 'ready').length > 1);
  t.is(makers.length, 1, 'one of them booted a template');
  await Promise.all(guests.map((guest) => guest.stop()));
});

test.serial('a kernel that does not boot is told as such, and its console is the scenario’s', async (t) => {
  await ownCache(t);
  const { spec, directory, printed } = await desk(t, {
    sshIsMute: true,
    atBoot: { console: 'Kernel panic - not syncing: no root\n', exits: 0 },
  });
  const error = await t.throwsAsync<LastrefError>(startGuest(spec), { instanceOf: LastrefError });
  t.regex(error?.message ?? '', /did not boot: .*not syncing: no root/);
  t.is(error?.exitCode, 125);
  t.regex(printed(), /not syncing: no root/);
  t.regex(await read(directory, 'console.log'), /not syncing: no root/);
});

test.serial('a run that is stopped while its template is made stops, and leaves no half', async (t) => {
  const cache = await ownCache(t);
  const stop = new AbortController();
  const { spec } = await desk(t, { sshIsMute: true }, { signal: stop.signal });
  const started = startGuest({ ...spec, record: () => stop.abort(new Error('stopped')) });
  await t.throwsAsync(started, { message: 'stopped' });
  t.deepEqual(await namesIn(cache), []);
});
