import { readFile } from 'node:fs/promises';
import type { Accelerator } from '../qemu/argv.js';

/** What of the host a saved guest depends on. An emulated CPU is the same everywhere; KVM's is the host's. */
export async function hostIdentity(accelerator: Accelerator): Promise<string> {
  if (accelerator === 'tcg') return 'tcg';
  const cpuinfo = await readFile('/proc/cpuinfo', 'utf8');
  const facts = ['vendor_id', 'cpu family', 'model', 'stepping', 'microcode', 'flags'].map(
    (name) => new RegExp(`^${name}\\s*:.*$`, 'm').exec(cpuinfo)?.[0],
  );
  return ['kvm', ...facts].join('\n');
}
