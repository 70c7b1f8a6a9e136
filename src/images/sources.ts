import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { KernelSource } from '../config/kernel.js';
import { LastrefError } from '../kit/errors.js';
import { downloadPackage, extractPackage, openSuite } from './apt.js';
import { command } from './command.js';
import { exists } from './image.js';
import { pinPackage } from './pins.js';
import type { BuildOptions } from './progress.js';
import { cached, hashOf } from './store.js';

/** A pristine source tree in the cache, never written to after it was unpacked. */
export interface Source {
  readonly key: string;
  readonly path: string;
  readonly provenance: Readonly<Record<string, string>>;
}

async function unpackTarball(tarball: string, folder: string, options: BuildOptions): Promise<void> {
  options.onProgress?.({ phase: 'unpack', message: `unpacking ${path.basename(tarball)}` });
  const scratch = path.join(folder, 'unpacked');
  await mkdir(scratch);
  await command('tar', ['-xf', tarball, '-C', scratch], {
    purpose: `unpack ${tarball}`,
    signal: options.signal,
  });
  const [top, ...more] = await readdir(scratch);
  if (top === undefined || more.length > 0 || !(await exists(path.join(scratch, top, 'Kbuild')))) {
    throw new LastrefError(`${tarball} does not hold one kernel source tree`, { blame: 'user' });
  }
  await rename(path.join(scratch, top), path.join(folder, 'src'));
  await rm(scratch, { recursive: true });
}

function load(folder: string): Promise<string | undefined> {
  return exists(path.join(folder, 'src/Kbuild')).then((here) =>
    here ? path.join(folder, 'src') : undefined,
  );
}

/** Debian's kernel source, fetched and unpacked once. */
export async function debianSource(
  source: Extract<KernelSource, { kind: 'debian-source' }>,
  options: BuildOptions,
): Promise<Source> {
  const name = source.package.replaceAll('.', '\\.');
  const pin = await pinPackage(source.suite, name, options);
  const key = hashOf('debian-source', pin.name, pin.version, pin.sha256);
  const provenance = { package: pin.name, version: pin.version, suite: source.suite, sha256: pin.sha256 };
  const fill = async (folder: string): Promise<void> => {
    await openSuite(source.suite, options);
    const deb = await downloadPackage(source.suite, pin, folder, options);
    const files = path.join(folder, 'files');
    await extractPackage(deb, files, options.signal);
    await rm(deb);
    const tarball = (await readdir(path.join(files, 'usr/src'))).find((one) =>
      one.startsWith(`${pin.name}.tar`),
    );
    if (tarball === undefined)
      throw new Error(`${pin.name} ${pin.version} has no /usr/src/${pin.name}.tar.*`);
    await unpackTarball(path.join(files, 'usr/src', tarball), folder, options);
    await rm(files, { recursive: true });
  };
  return { key, path: await cached('sources', key, { load, fill }, options), provenance };
}

/** A source tarball whose sum the spec states. */
export async function tarballSource(
  source: Extract<KernelSource, { kind: 'tarball' }>,
  options: BuildOptions,
): Promise<Source> {
  const key = hashOf('tarball', source.sha256);
  const fill = async (folder: string): Promise<void> => {
    const { stdout } = await command('sha256sum', ['--', source.path], {
      purpose: `check ${source.path}`,
      blame: 'user',
    });
    const sum = stdout.toString('utf8').split(' ')[0];
    if (sum !== source.sha256) {
      throw new LastrefError(`${source.path} has the sum ${sum}, the kernel spec wants ${source.sha256}`, {
        blame: 'user',
      });
    }
    await unpackTarball(source.path, folder, options);
  };
  const provenance = { tarball: path.basename(source.path), sha256: source.sha256 };
  return { key, path: await cached('sources', key, { load, fill }, options), provenance };
}
