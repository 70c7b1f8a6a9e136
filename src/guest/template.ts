import { createHash } from 'node:crypto';
import { chmod, copyFile, readFile, stat, statfs, utimes } from 'node:fs/promises';
import path from 'node:path';
import { appendOf } from '../config/shape.js';
import { cached, hashOf, readJson } from '../images/store.js';
import { writeJson } from '../kit/atomic.js';
import { hasCode, LastrefError } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';
import { qemuArgv } from '../qemu/argv.js';
import { qemuIdentity } from '../qemu/version.js';
import { bootGuest } from './boot.js';
import { commandLine } from './command-line.js';
import { hostIdentity } from './host-identity.js';
import type { BootSpec, Machine } from './machine.js';
import { compileProbe } from './probe-build.js';
import { saveGuest, stateName } from './save.js';

/** What a template is worth keeping for: everything that must be the same for its memory to be of use again. */
const format = '1';

const memoryName = 'memory';
const bootLogName = 'boot.log';
const manifestName = 'template.json';

/** A booted guest that lies saved in the cache. Its files never change. */
export interface Template {
  readonly key: string;
  readonly folder: string;
  /** The guest's memory, as it was: mapped copy-on-write by every clone. */
  readonly memoryFile: string;
  /** Console of its boot. */
  readonly bootLog: string;
  /** What the verdict on that console was, as `judgeBoot` gave it. */
  readonly judged: unknown;
}

interface Manifest {
  readonly memoryBytes: number;
  readonly stateSha256: string;
  readonly bootMs: number;
  readonly qemu: string;
  readonly judged: unknown;
}

export interface TemplateSpec extends BootSpec {
  /** Judges what the template's boot printed; the answer is kept with it and must be JSON. */
  readonly judgeBoot: (console: Buffer) => unknown;
  /** Names of the probes that it has on board. */
  readonly probes: readonly string[];
}

/** What a template is made from, as text: kernel, rootfs, probes, machine, QEMU and host. Same text, same template. */
async function templateKey(spec: TemplateSpec, probes: readonly string[]): Promise<string> {
  const words = qemuArgv({
    shape: spec.shape,
    accelerator: spec.accelerator,
    start: { kind: 'template', memoryFile: '' },
    ...{
      kernel: '',
      initrd: '',
      append: commandLine(null, appendOf(spec.shape)),
      userKey: '',
      console: '',
      trace: '',
      disks: {},
      qmpFd: 3,
    },
  });
  const [qemu, host] = await Promise.all([qemuIdentity(), hostIdentity(spec.accelerator)]);
  return hashOf('template', format, spec.kernel.key, spec.rootfs.key, ...words, ...probes, qemu, host);
}

/** A template that is there and whole; undefined when there is none, or it was cut, or half-made. */
async function loadTemplate(key: string, folder: string): Promise<Template | undefined> {
  const manifest = await readJson<Manifest>(path.join(folder, manifestName));
  if (manifest === undefined) return undefined;
  const memoryFile = path.join(folder, memoryName);
  try {
    if ((await stat(memoryFile)).size !== manifest.memoryBytes) return undefined;
    const state = await readFile(path.join(folder, stateName));
    if (createHash('sha256').update(state).digest('hex') !== manifest.stateSha256) return undefined;
    const now = new Date();
    await utimes(path.join(folder, manifestName), now, now); // how eviction knows what is used
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  return { key, folder, memoryFile, bootLog: path.join(folder, bootLogName), judged: manifest.judged };
}

/** Where the template of `spec` is, whether or not it has been made. */
export interface TemplatePlace {
  readonly key: string;
  readonly folder: string;
  /** Binaries of the probes that it holds. */
  readonly probes: readonly string[];
}

/** Finds the place of the template that `spec` needs; compiles the probes that it holds. */
export async function placeTemplate(spec: TemplateSpec): Promise<TemplatePlace> {
  const probes = await Promise.all(spec.probes.map((name) => compileProbe(name, { signal: spec.signal })));
  const key = await templateKey(
    spec,
    probes.map((probe) => probe.key),
  );
  return { key, folder: path.join(cacheRoot(), 'templates', key), probes: probes.map(({ path }) => path) };
}

/** The template at `place` when it is there. */
export async function findTemplate({ key, folder }: TemplatePlace): Promise<Template | undefined> {
  return loadTemplate(key, folder);
}

/**
 * Makes the template at `place`, or waits for another process that is making it. Its boot leaves its evidence in
 * `spec.directory`. Raises what the boot raises when the kernel does not come up, and a LastrefError with blame
 * `harness` or `host` when it came up and could not be saved.
 */
export async function makeTemplate(spec: TemplateSpec, place: TemplatePlace): Promise<Template> {
  return cached(
    'templates',
    place.key,
    {
      load: (folder) => loadTemplate(place.key, folder),
      fill: (folder) => fillTemplate(spec, place.probes, folder),
    },
    { signal: spec.signal },
  );
}

async function fillTemplate(spec: TemplateSpec, probes: readonly string[], folder: string): Promise<void> {
  await requireRoom(folder, spec.shape.memoryMiB);
  const memoryFile = path.join(folder, memoryName);
  let machine: Machine | undefined;
  const keyless = new AbortController();
  const guest = await bootGuest(watchForKey(spec, keyless), {
    start: { kind: 'template', memoryFile },
    workingDirectory: folder,
    onMachine: (booted) => {
      machine = booted;
    },
  });
  const console = path.join(spec.directory, 'console.log');
  try {
    if (machine === undefined) throw new Error('the guest booted without a machine');
    await saveGuest(guest, machine, probes);
  } finally {
    await guest.stop();
  }
  const state = await readFile(path.join(folder, stateName));
  const manifest: Manifest = {
    memoryBytes: (await stat(memoryFile)).size,
    stateSha256: createHash('sha256').update(state).digest('hex'),
    bootMs: Math.round(guest.bootMs),
    qemu: await qemuIdentity(),
    judged: spec.judgeBoot(await readFile(console)),
  };
  await copyFile(console, path.join(folder, bootLogName));
  await chmod(memoryFile, 0o444); // what a clone maps must never change under it
  await writeJson(path.join(folder, manifestName), manifest);
}

/** A kernel without fw_cfg (CONFIG_FW_CFG_SYSFS) has no key to let us in with; the guest's init says so. */
function watchForKey(spec: TemplateSpec, keyless: AbortController): TemplateSpec {
  const onConsole = (chunk: Buffer): void => {
    if (!chunk.includes('lastref: init: no lastref.key=')) return;
    const said = 'the kernel shows no fw_cfg, where a clone reads its key (CONFIG_FW_CFG_SYSFS)';
    keyless.abort(new LastrefError(said, { blame: 'harness' }));
  };
  const signals = [keyless.signal, ...(spec.signal === undefined ? [] : [spec.signal])];
  return { ...spec, onConsole, signal: AbortSignal.any(signals) };
}

/** A full disk would hit QEMU as SIGBUS in the middle of the boot: the file is sparse and grows as the guest writes. */
async function requireRoom(folder: string, memoryMiB: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeMiB = Math.floor((bavail * bsize) / 1024 ** 2);
  if (freeMiB >= memoryMiB + 64) return;
  throw new LastrefError(
    `a template's memory needs ${memoryMiB} MiB and ${path.dirname(folder)} has ${freeMiB} MiB left`,
    { blame: 'host', hint: 'lastref clean --older-than 7d, or another XDG_CACHE_HOME' },
  );
}
