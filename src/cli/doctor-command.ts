import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '../images/image.js';
import { hasCode } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';
import { chooseAccelerator, type ProofImage } from '../qemu/accel.js';
import { doctor, thisHost } from './doctor.js';

/** `lastref doctor` on the host it runs on; the accelerator is proved, not guessed. */
export async function doctorCommand(): Promise<number> {
  return doctor(
    thisHost(async () => {
      const proof = await cachedProof();
      const { chosen, why } = await chooseAccelerator('auto', proof);
      return proof === undefined && chosen === 'kvm'
        ? {
            chosen,
            why: `${why}, though only firmware: the first run, which has a kernel to boot, will tell`,
          }
        : { chosen, why };
    }),
  );
}

/** A kernel and rootfs of the cache: firmware alone also runs under a KVM that runs no kernel. */
async function cachedProof(cache: string = cacheRoot()): Promise<ProofImage | undefined> {
  const bzImage = await firstWith(path.join(cache, 'kernels'), 'bzImage', 'modules.cpio.gz');
  const initrd = await firstWith(path.join(cache, 'rootfs'), 'initramfs.cpio.gz');
  return bzImage === undefined || initrd === undefined ? undefined : { bzImage, initrd };
}

/** `file` in the first entry of `folder` that has it, and has no `butNot`. */
async function firstWith(folder: string, file: string, butNot?: string): Promise<string | undefined> {
  for (const key of await entries(folder)) {
    if (butNot !== undefined && (await exists(path.join(folder, key, butNot)))) continue;
    if (await exists(path.join(folder, key, file))) return path.join(folder, key, file);
  }
  return undefined;
}

async function entries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
