import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { shape } from '../../guests/shapes/cmb-switch.js';
import type { BootSpec } from '../../src/guest/machine.js';
import { hasCode } from '../../src/kit/errors.js';
import { projectRoot } from '../../src/kit/paths.js';
import { until } from '../../src/kit/wait.js';
import { makeKeyPair } from '../../src/suite/keys.js';
import { scratch } from '../artifacts/support/sample-run.js';
import type { FakeScript } from './fake-script.js';

/** The fake QEMU, for LASTREF_QEMU. */
export const fakeQemu = path.join(projectRoot, 'test/support/fake-qemu');

/** An executable shell script, gone when the test ends. */
export async function program(t: ExecutionContext, script: string): Promise<string> {
  const file = path.join(await scratch(t), 'qemu');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

export interface Seen {
  readonly source: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** What `bootGuest` needs to boot a fake guest that plays `script`, and what it recorded. */
export async function fakeGuest(
  t: ExecutionContext,
  script: Partial<FakeScript> = {},
  change: Partial<BootSpec> = {},
): Promise<{ spec: BootSpec; directory: string; seen: Seen[] }> {
  const base = await scratch(t);
  const directory = path.join(base, 'evidence, with a comma');
  const host = makeKeyPair();
  await mkdir(directory);
  const part: FakeScript = { hostKey: host.privateKey, ...script };
  // A template boots in a folder of its own below the guest's.
  await mkdir(path.join(directory, 'template'));
  for (const folder of [directory, path.join(directory, 'template')])
    await writeFile(path.join(folder, 'fake.json'), JSON.stringify(part));
  await writeFile(path.join(base, 'image'), 'x');
  const seen: Seen[] = [];
  const image = { key: 'k', provenance: {} };
  const spec: BootSpec = {
    name: 'p2pdma/fake',
    shape,
    kernel: {
      ...{ ...image, name: 'linux-fake', bzImage: path.join(base, 'image'), release: '6.12.0' },
      ...{ modulesCpio: null, config: null, vmlinux: null, source: null },
    },
    rootfs: { ...image, name: 'base', cpio: path.join(base, 'image'), hostKeys: [host.publicKey] },
    accelerator: 'tcg',
    directory,
    scratch: path.join(base, 'scratch'),
    userKey: makeKeyPair(),
    record: (source, event, fields) => void seen.push({ source, event, fields }),
    ...change,
  };
  return { spec, directory, seen };
}

/** The fake QEMU's process id, once it has one. */
export async function pidOf(directory: string): Promise<number> {
  return until({ name: 'the fake QEMU to start', deadlineMs: 60_000 }, async () => {
    const text = await readFile(path.join(directory, 'fake.pid'), 'utf8');
    return text === '' ? undefined : Number(text);
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    throw error;
  }
}
