import { access, constants, mkdir, readFile, rm } from 'node:fs/promises';
import { release } from 'node:os';
import path from 'node:path';
import { writeJson } from '../kit/atomic.js';
import { hasCode, LastrefError, messageOf } from '../kit/errors.js';
import { withLock } from '../kit/lock.js';
import { cacheRoot } from '../kit/paths.js';
import { until } from '../kit/wait.js';
import type { Accelerator } from './argv.js';
import { comma } from './devices.js';
import { launchQemu, qmpFd } from './launch.js';
import { Qmp } from './qmp.js';
import { qemuVersion } from './version.js';

export type WantedAccelerator = 'auto' | Accelerator;

export interface Choice {
  readonly chosen: Accelerator;
  /** One sentence: why this one. */
  readonly why: string;
}

/** What a proof guest boots. Without one, only firmware is run. */
export interface ProofImage {
  readonly bzImage: string;
  readonly initrd: string;
}

/** Firmware is done in under a second, a kernel's first line comes within a few, when KVM works at all. */
const proofMs = { firmware: 10_000, kernel: 15_000 } as const;

/**
 * Decides how guests run. `/dev/kvm` may exist, open and create a VM and still run no guest (nested or restricted
 * hosts), so `auto` believes only a guest that ran: first firmware, then, where an image is at hand, a kernel up
 * to userspace. The answer is kept per host kernel and QEMU. `kvm` raises (host) where `auto` would fall back.
 */
export async function chooseAccelerator(wanted: WantedAccelerator, proof?: ProofImage): Promise<Choice> {
  if (wanted === 'tcg') return { chosen: 'tcg', why: 'asked for' };
  const doubt = await doubtKvm(proof);
  if (doubt === null)
    return { chosen: 'kvm', why: wanted === 'kvm' ? 'asked for, and a guest ran' : 'a guest ran under KVM' };
  if (wanted === 'kvm') {
    throw new LastrefError(`KVM does not work here: ${doubt}`, {
      blame: 'host',
      hint: 'use --accel auto or --accel tcg',
    });
  }
  return { chosen: 'tcg', why: `KVM does not work here: ${doubt}` };
}

/** Why KVM is not to be trusted on this host, or null when a guest ran under it. */
async function doubtKvm(proof: ProofImage | undefined): Promise<string | null> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch (error) {
    return hasCode(error, 'ENOENT')
      ? 'there is no /dev/kvm'
      : `/dev/kvm cannot be opened (${messageOf(error)})`;
  }
  const stages: (keyof typeof proofMs)[] = proof === undefined ? ['firmware'] : ['firmware', 'kernel'];
  for (const stage of stages) {
    const doubt = await remembered(stage, (folder) => runProof(stage, folder, proof));
    if (doubt !== null) return doubt;
  }
  return null;
}

/** The answer kept from an earlier run, or `ask`'s: one process asks at a time, for two guests would slow each other. */
async function remembered(stage: string, ask: (folder: string) => Promise<Proof>): Promise<string | null> {
  const host = { host: release(), qemu: await qemuVersion(), stage };
  const root = path.join(cacheRoot(), 'accelerator');
  const file = path.join(root, `${stage}.json`);
  const known = async (): Promise<{ doubt: string | null } | undefined> => {
    const kept = await readKnown(file);
    return kept?.host === host.host && kept.qemu === host.qemu ? kept : undefined;
  };
  const before = await known();
  if (before !== undefined) return before.doubt;
  return withLock(path.join(root, 'proof.lock'), async () => {
    const meanwhile = await known();
    if (meanwhile !== undefined) return meanwhile.doubt;
    // One place, taken over from whoever was killed in the middle.
    const folder = path.join(root, 'proof');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    try {
      const { doubt, isOfHost } = await ask(folder);
      if (isOfHost) await writeJson(file, { ...host, doubt });
      return doubt;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function readKnown(
  file: string,
): Promise<{ host: string; qemu: string; doubt: string | null } | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What a proof guest came to. */
interface Proof {
  readonly doubt: string | null;
  /** It says something of this host. A kernel that spoke and then failed may itself be what is wrong. */
  readonly isOfHost: boolean;
}

/** Runs a guest under KVM for a bounded time; says why it did not get there, if it did not. */
async function runProof(
  stage: keyof typeof proofMs,
  folder: string,
  proof: ProofImage | undefined,
): Promise<Proof> {
  const output = path.join(folder, 'output');
  const machine = ['-nodefaults', '-display', 'none', '-no-reboot', '-machine', 'q35', '-accel', 'kvm'];
  const cpu = [
    '-cpu',
    'EPYC,vendor=AuthenticAMD',
    '-m',
    '512M',
    '-chardev',
    `file,id=out,path=${comma(output)}`,
  ];
  const boots =
    stage === 'kernel' && proof !== undefined
      ? [
          '-serial',
          'chardev:out',
          '-kernel',
          proof.bzImage,
          '-initrd',
          proof.initrd,
          '-append',
          'console=ttyS0 earlyprintk=serial,ttyS0 panic=-1',
        ]
      : ['-device', 'isa-debugcon,iobase=0x402,chardev=out'];
  const wanted =
    stage === 'kernel' ? /lastref: guest up|Run \/init as init process/ : /Booting from|No bootable device/;
  const argv = [
    ...machine,
    ...cpu,
    ...boots,
    '-chardev',
    `socket,id=qmp,fd=${qmpFd}`,
    '-mon',
    'chardev=qmp,mode=control',
  ];
  const gone = new AbortController();
  const qemu = await launchQemu(argv, path.join(folder, 'qemu.log'));
  void qemu.exited.then(({ code, signal }) =>
    gone.abort(new LastrefError(`QEMU ended with ${signal ?? `status ${code}`}`, { blame: 'host' })),
  );
  const qmp = new Qmp(qemu.qmpSocket, {
    greetingMs: 30_000,
    commandMs: 5000,
    onEvent: ({ event }) => {
      if (event === 'STOP')
        gone.abort(new LastrefError('the guest stopped with an internal error of KVM', { blame: 'host' }));
    },
  });
  try {
    await qmp.connect();
    await until(
      { name: `a ${stage} guest under KVM`, deadlineMs: proofMs[stage], signal: gone.signal, blame: 'host' },
      async () => (wanted.test(await readFile(output, 'latin1')) ? true : undefined),
    );
    return { doubt: null, isOfHost: true };
  } catch (error) {
    const spoke = (await textOf(output)).includes('Linux version');
    return { doubt: messageOf(error), isOfHost: !spoke };
  } finally {
    qemu.kill();
    await qemu.exited;
  }
}

/** Empty when QEMU did not even make the file. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}
