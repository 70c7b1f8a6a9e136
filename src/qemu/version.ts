import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { hasCode, LastrefError } from '../kit/errors.js';
import { qemuProgram } from './launch.js';

/** The oldest QEMU whose NVMe CMB, `nvme-ns` and trace events are as used here. */
export const oldestQemu = '7.2';

/** `7.2.22` out of `qemu-system-x86_64 --version`; raises (host) when there is none or it is too old. */
export async function qemuVersion(program = qemuProgram()): Promise<string> {
  const hint = 'apt-get install qemu-system-x86';
  const asked = await execa(program, ['--version'], { reject: false });
  if (asked.failed) {
    throw new LastrefError(`${program} does not run: ${asked.shortMessage}`, {
      blame: 'host',
      hint,
      cause: asked,
    });
  }
  const version = /version (\d+\.\d+(?:\.\d+)?)/.exec(asked.stdout)?.[1];
  if (version === undefined) {
    throw new LastrefError(`${program} does not say which version it is: ${asked.stdout.slice(0, 80)}`, {
      blame: 'host',
      hint,
    });
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantMajor = 0, wantMinor = 0] = oldestQemu.split('.').map(Number);
  if (major < wantMajor || (major === wantMajor && minor < wantMinor)) {
    throw new LastrefError(`QEMU ${version} is too old: lastref needs ${oldestQemu} or later`, {
      blame: 'host',
      hint,
    });
  }
  return version;
}

/**
 * Which QEMU this is, exactly: a state that one has saved is only for itself. Asking the file is cheaper than
 * running it, and sees a build of the same version.
 */
export async function qemuIdentity(program = qemuProgram()): Promise<string> {
  for (const folder of program.includes('/') ? [''] : (process.env['PATH'] ?? '').split(path.delimiter)) {
    try {
      const file = await realpath(path.join(folder, program));
      const { size, mtimeMs } = await stat(file);
      return `${file} ${size} ${Math.round(mtimeMs)}`;
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error;
    }
  }
  throw new LastrefError(`${program} not found`, { blame: 'host', hint: 'apt-get install qemu-system-x86' });
}
