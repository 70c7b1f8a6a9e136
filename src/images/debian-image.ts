import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { KernelImage, KernelSource, KernelSpec } from '../config/kernel.js';
import { LastrefError } from '../kit/errors.js';
import { dependencyNames, describePackage, downloadPackage, extractPackage, openSuite } from './apt.js';
import { command } from './command.js';
import { type CpioEntry, compress, packCpio } from './cpio.js';
import { exists, loadImage, saveImage } from './image.js';
import { loadOrder, parseDependencies } from './modules.js';
import { pinPackage } from './pins.js';
import type { BuildOptions } from './progress.js';
import { cached, hashOf } from './store.js';
import { requireTools } from './tools.js';

type DebianImage = Extract<KernelSource, { kind: 'debian-image' }>;
const format = '1';

async function uncompressed(file: string, signal?: AbortSignal): Promise<Buffer> {
  const tool = { '.xz': 'xz', '.zst': 'zstd', '.gz': 'gzip' }[path.extname(file)];
  if (tool === undefined) return readFile(file);
  return (await command(tool, ['-dc', file], { purpose: `unpack ${path.basename(file)}`, signal })).stdout;
}

/** Modern Debian packages put /lib below /usr; depmod and we want one place. */
async function unifyLib(root: string): Promise<void> {
  const names = await readdir(root);
  if (!names.includes('lib')) await symlink('usr/lib', path.join(root, 'lib'));
}

/** The kernel of an unpacked image package: in /boot, or since 7.3 beside its modules. */
async function findKernel(
  root: string,
  name: string,
): Promise<{ release: string; vmlinuz: string; config: string }> {
  const [release] = await readdir(path.join(root, 'lib/modules')).catch(() => []);
  for (const place of [`boot/KIND-${release}`, `lib/modules/${release}/KIND`]) {
    const vmlinuz = path.join(root, place.replace('KIND', 'vmlinuz'));
    const config = path.join(root, place.replace('KIND', 'config'));
    if (release !== undefined && (await exists(vmlinuz))) return { release, vmlinuz, config };
  }
  throw new LastrefError(`${name} has no kernel where Debian puts it (/boot, /usr/lib/modules)`, {
    blame: 'harness',
  });
}

/** The initramfs part with the wanted modules and `load`, the list /init follows. */
async function packModules(
  root: string,
  release: string,
  source: DebianImage,
  options: BuildOptions,
): Promise<Buffer> {
  const base = path.join(root, 'lib/modules', release);
  await command('depmod', ['-b', root, release], {
    purpose: 'compute module dependencies',
    signal: options.signal,
  });
  const builtin = parseDependencies(
    (await readFile(path.join(base, 'modules.builtin'), 'utf8')).replace(/\n/g, ':\n'),
  );
  const wanted = source.modules.filter((name) => loadOrder([name], builtin).unknown.length > 0);
  const dependencies = parseDependencies(await readFile(path.join(base, 'modules.dep'), 'utf8'));
  const { files, unknown } = loadOrder(wanted, dependencies);
  if (unknown.length > 0) {
    throw new LastrefError(`${source.package}: ${release} has no module ${unknown.join(', ')}`, {
      blame: 'user',
      hint: 'take the name out of `modules` in images/kernels/',
    });
  }
  const entries: CpioEntry[] = [];
  const list: string[] = [];
  for (const [index, file] of files.entries()) {
    const plain = path.basename(file).replace(/\.ko\.\w+$/, '.ko');
    const name = `${String(index).padStart(3, '0')}-${plain}`;
    list.push(name);
    entries.push({
      path: `lib/modules/lastref/${name}`,
      kind: 'file',
      data: await uncompressed(path.join(base, file), options.signal),
    });
  }
  entries.push({ path: 'lib/modules/lastref/load', kind: 'file', data: `${list.join('\n')}\n` });
  return compress(packCpio(entries));
}

/** Debian's own kernel: fetched, its modules packed in load order. Needs no compiler and no root. */
export async function buildDebianImage(
  spec: KernelSpec,
  source: DebianImage,
  options: BuildOptions,
): Promise<KernelImage> {
  const pin = await pinPackage(source.suite, source.package, options);
  const key = hashOf('debian-image', format, pin.name, pin.version, pin.sha256, ...source.modules);
  return cached(
    'kernels',
    key,
    {
      load: (folder) => loadImage(folder, spec.name),
      fill: async (folder) => {
        await requireTools(['apt-get', 'dpkg-deb', 'depmod', 'xz'], 'unpack a Debian kernel');
        const root = path.join(folder, 'unpacked');
        const debs = path.join(folder, 'debs');
        await mkdir(root);
        await mkdir(debs);
        await openSuite(source.suite, options);
        // since 7.3 the image package is only a name for linux-binary-* and linux-modules-*
        const parts = dependencyNames(pin.depends).filter((name) =>
          /^linux-(base-\d|binary-|modules-)/.test(name),
        );
        const packages = [
          pin,
          ...(await Promise.all(parts.map((name) => describePackage(source.suite, name, options)))),
        ];
        for (const one of packages) {
          const deb = await downloadPackage(source.suite, one, debs, options);
          options.onProgress?.({ phase: 'unpack', message: `unpacking ${one.name}` });
          await extractPackage(deb, root, options.signal);
        }
        await unifyLib(root);
        const { release, vmlinuz, config } = await findKernel(root, pin.name);
        options.onProgress?.({
          phase: 'pack',
          message: `packing ${source.modules.length} modules of ${release}`,
        });
        await writeFile(
          path.join(folder, 'modules.cpio.gz'),
          await packModules(root, release, source, options),
        );
        await copyFile(vmlinuz, path.join(folder, 'bzImage'));
        await copyFile(config, path.join(folder, 'config'));
        await saveImage(folder, {
          key,
          release,
          source: null,
          provenance: {
            package: pin.name,
            version: pin.version,
            suite: source.suite,
            sha256: pin.sha256,
            compiler: 'Debian’s',
          },
        });
      },
    },
    options,
  );
}
