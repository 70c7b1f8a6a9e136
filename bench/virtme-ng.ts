import { execa } from 'execa';
import type { Machine } from './machine.js';

/** Longer than this (s), and it is not waited for. */
const patience = 180;

/** Why virtme-ng cannot be measured; nothing when it can. */
export async function lacksVirtmeNg(): Promise<string | undefined> {
  const asked = await execa('vng', ['--version'], { reject: false });
  return asked.failed ? 'virtme-ng is not installed' : undefined;
}

/**
 * Seconds from starting `vng` on the same kernel, CPUs and memory to the first line of its init on the console; what it
 * was asked to run comes after that. Undefined when it did not get there.
 */
export async function secondsToVirtmeInit({ plan }: Machine): Promise<number | undefined> {
  const mark = performance.now();
  const accelerator = plan.accelerator === 'tcg' ? ['--disable-kvm', '--disable-microvm'] : [];
  const size = ['--cpus', '2', '--memory', '1G'];
  const child = execa(
    'vng',
    ['--verbose', '--run', plan.kernel.bzImage, ...accelerator, ...size, '--', 'true'],
    {
      all: true,
      reject: false,
      buffer: false,
      stdin: 'ignore',
      timeout: patience * 1000,
      killSignal: 'SIGKILL',
      forceKillAfterDelay: 1000,
    },
  );
  let seconds: number | undefined;
  let said = '';
  child.all.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('latin1')).slice(-4096);
    if (!/virtme(?:-ng)?-init/.test(said.replace(/init=\S+|Run \S+ as init process/g, ''))) return;
    seconds ??= (performance.now() - mark) / 1000;
    child.kill('SIGTERM');
  });
  await child;
  return seconds;
}
