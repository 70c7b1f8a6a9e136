import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RootfsImage } from '../config/kernel.js';
import { writeJson } from '../kit/atomic.js';
import { LastrefError } from '../kit/errors.js';
import { didYouMean } from '../kit/nearest.js';
import { projectRoot } from '../kit/paths.js';
import { dependencyNames, downloadPackage, extractPackage, openSuite, type Package } from './apt.js';
import { hostRelease } from './apt-sources.js';
import { command } from './command.js';
import { type CpioEntry, compress, packCpio } from './cpio.js';
import { makeHostKey } from './host-key.js';
import { exists } from './image.js';
import { librariesOf } from './libraries.js';
import { pinPackage, withCurrentPins } from './pins.js';
import type { BuildOptions } from './progress.js';
import { cached, hashOf, readJson } from './store.js';

const format = '2';
const recipes = path.join(projectRoot, 'images/rootfs');

/** `PACKAGE: FILE FILE…` lines; # starts a comment. */
export function parsePackageList(text: string): { name: string; files: string[] }[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', files = ''] = line.split(':');
      return { name: name.trim(), files: files.split(/\s+/).filter((one) => one !== '') };
    });
}

/** Files below `folder` as members; a file that may be executed here may be there. */
async function readOverlay(folder: string): Promise<CpioEntry[]> {
  if (!(await exists(folder))) return [];
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    found
      .filter((one) => one.isFile())
      .map(async (one): Promise<CpioEntry> => {
        const file = path.join(one.parentPath, one.name);
        const mode = ((await stat(file)).mode & 0o100) === 0 ? 0o644 : 0o755;
        return { path: path.relative(folder, file), kind: 'file', mode, data: await readFile(file) };
      }),
  );
}

/** The packages and, of what they depend on, the libraries. */
async function closure(names: readonly string[], suite: string, options: BuildOptions): Promise<Package[]> {
  const found = new Map<string, Package>();
  const queue = [...names];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (found.has(name)) continue;
    const one = await pinPackage(suite, name.replaceAll(/[.+]/g, '\\$&'), options);
    found.set(name, one);
    queue.push(...dependencyNames(one.depends).filter((needed) => /^z?lib/.test(needed)));
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Folders and devices every guest has before its init runs. */
const skeleton: readonly CpioEntry[] = [
  { path: '.', kind: 'directory' },
  ...['dev', 'proc', 'sys', 'run', 'probes', 'etc', 'lib', 'bin', 'var'].map(
    (one): CpioEntry => ({ path: one, kind: 'directory' }),
  ),
  { path: 'tmp', kind: 'directory', mode: 0o1777 },
  { path: 'root', kind: 'directory', mode: 0o700 },
  { path: 'dev/console', kind: 'character-device', device: [5, 1] },
  { path: 'dev/null', kind: 'character-device', mode: 0o666, device: [1, 3] },
];

/** A file of an unpacked package: releases from 13 on have everything below /usr. */
async function locate(root: string, file: string, name: string): Promise<string> {
  for (const place of [file, `usr/${file}`]) if (await exists(path.join(root, place))) return place;
  throw new LastrefError(`the package ${name} has no ${file}`, {
    blame: 'user',
    hint: 'correct the line in images/rootfs/*/packages',
  });
}

/** One link per applet, where busybox says it belongs. */
async function applets(program: string, target: string): Promise<CpioEntry[]> {
  const { stdout } = await command(program, ['--list-full'], { purpose: 'list the applets of busybox' });
  const names = stdout.toString('utf8').split('\n');
  return names.filter((one) => one !== '').map((one) => ({ path: one, kind: 'link', data: target }));
}

async function libraries(program: string, root: string): Promise<CpioEntry[]> {
  const found = await librariesOf(program, root);
  return Promise.all(
    found.map(async ({ name, path: from }): Promise<CpioEntry> => {
      const place = name.startsWith('ld-linux') ? 'lib64' : 'lib/x86_64-linux-gnu';
      return { path: `${place}/${name}`, kind: 'file', mode: 0o755, data: await readFile(from) };
    }),
  );
}

/** The wanted programs with what they need; a file wins over an applet of the same name. */
async function programs(root: string, list: ReturnType<typeof parsePackageList>): Promise<CpioEntry[]> {
  const entries = new Map<string, CpioEntry>();
  const wanted = list.flatMap(({ name, files }) => files.map((file) => ({ name, file })));
  for (const { name, file } of wanted) {
    const source = await locate(root, file, name);
    const more =
      path.basename(file) === 'busybox'
        ? await applets(path.join(root, source), `/${file}`)
        : await libraries(source, root);
    for (const one of more) if (!entries.has(one.path)) entries.set(one.path, one);
    const data = await readFile(path.join(root, source));
    entries.set(file, { path: file, kind: 'file', mode: 0o755, data });
  }
  return [...entries.values()];
}

async function load(folder: string): Promise<RootfsImage | undefined> {
  const facts = await readJson<Omit<RootfsImage, 'cpio'>>(path.join(folder, 'rootfs.json'));
  const cpio = path.join(folder, 'initramfs.cpio.gz');
  return facts === undefined || !(await exists(cpio)) ? undefined : { ...facts, cpio };
}

/**
 * The initramfs that guests boot: images/rootfs/NAME (`packages`, `init`, `overlay/`) with files from Debian packages
 * of the host's release, unpacked without root. Its SSH host key is made once, when the entry is.
 */
export function buildRootfs(name = 'base', options: BuildOptions = {}): Promise<RootfsImage> {
  return withCurrentPins(options, (current) => build(name, current));
}

async function build(name: string, options: BuildOptions): Promise<RootfsImage> {
  const recipe = path.join(recipes, name);
  if (!(await exists(path.join(recipe, 'packages')))) {
    const known = await readdir(recipes);
    throw new LastrefError(`there is no rootfs '${name}'${didYouMean(name, known)}`, { blame: 'user' });
  }
  const list = parsePackageList(await readFile(path.join(recipe, 'packages'), 'utf8'));
  const init = await readFile(path.join(recipe, 'init'));
  const overlay = await readOverlay(path.join(recipe, 'overlay'));
  const suite = await hostRelease();
  const packages = await closure(
    list.map((one) => one.name),
    suite,
    options,
  );
  const versions = packages.map((one) => `${one.name} ${one.version}`);
  const key = hashOf(
    'rootfs',
    format,
    ...list.flatMap((one) => [one.name, ...one.files]),
    ...packages.map((one) => one.sha256),
    init,
    ...overlay.flatMap((one) => [one.path, String(one.mode), one.data ?? '']),
  );
  const fill = async (folder: string): Promise<void> => {
    const root = path.join(folder, 'unpacked');
    const debs = path.join(folder, 'debs');
    for (const one of [root, debs]) await mkdir(one);
    await openSuite(suite, options);
    for (const one of packages) {
      await extractPackage(await downloadPackage(suite, one, debs, options), root, options.signal);
    }
    options.onProgress?.({ phase: 'pack', message: `packing the rootfs ${name}` });
    const hostKey = makeHostKey();
    const members: CpioEntry[] = [
      ...skeleton,
      ...(await programs(root, list)),
      ...overlay,
      { path: 'init', kind: 'file', mode: 0o755, data: init },
      {
        path: 'etc/dropbear/dropbear_ed25519_host_key',
        kind: 'file',
        mode: 0o600,
        data: hostKey.privateFile,
      },
    ];
    await writeFile(path.join(folder, 'initramfs.cpio.gz'), compress(packCpio(members)));
    for (const one of [root, debs]) await rm(one, { recursive: true });
    const provenance = { suite, packages: versions.join(', ') };
    await writeJson(path.join(folder, 'rootfs.json'), {
      name,
      key,
      hostKeys: [hostKey.publicLine],
      provenance,
    });
  };
  return cached('rootfs', key, { load, fill }, options);
}
