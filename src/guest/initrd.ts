import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { KernelImage, RootfsImage } from '../config/kernel.js';

/**
 * The initramfs a guest boots with: the rootfs, and behind it the kernel's modules where it has any. The kernel
 * unpacks one cpio archive after the other (init/initramfs.c:unpack_to_rootfs).
 */
export async function makeInitrd(rootfs: RootfsImage, kernel: KernelImage, scratch: string): Promise<string> {
  if (kernel.modulesCpio === null) return rootfs.cpio;
  const joined = path.join(scratch, 'initrd');
  let flags = 'w';
  for (const part of [rootfs.cpio, kernel.modulesCpio]) {
    await pipeline(createReadStream(part), createWriteStream(joined, { flags }));
    flags = 'a';
  }
  return joined;
}
