import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create } from 'tar';
import { LastrefError } from '../kit/errors.js';
import type { SshSession } from './ssh.js';

/**
 * Copies one host file into a guest folder as a tar stream (mode kept, owner root). Compressed: an emulated CPU inflates
 * faster than it decrypts.
 */
export async function pushFile(
  ssh: SshSession,
  hostFile: string,
  guestFolder: string,
  options: { deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
  await stat(hostFile);
  const archive = new PassThrough();
  const packed = pipeline(
    create({ cwd: path.dirname(hostFile), portable: true, follow: true, gzip: { level: 6 } }, [
      path.basename(hostFile),
    ]),
    archive,
  );
  const [unpacked] = await Promise.all([
    ssh.exec(['tar', '-xz', '-C', guestFolder], { ...options, stdin: archive }),
    packed,
  ]);
  if (unpacked.code !== 0) {
    throw new LastrefError(
      `the guest could not unpack ${path.basename(hostFile)}: ${unpacked.stderr.trim()}`,
      { blame: 'harness' },
    );
  }
}
