import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { compileProbe } from '../../src/guest/probe-build.js';
import { ProbeClient, type ProbeClientOptions, type ProbeTransport } from '../../src/guest/probe-client.js';
import { linesOf } from '../../src/guest/probe-protocol.js';
import { P2pmemProbe } from '../../src/guest/probe-types-p2pmem.js';
import { RaceProbe } from '../../src/guest/probe-types-race.js';
import { RemoverProbe } from '../../src/guest/probe-types-remover.js';

/** A folder of this test alone, gone when it ends. */
export async function scratch(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lastref probe '));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A program as a probe: killed when the test ends, whatever happened. */
export function startLocal(t: ExecutionContext, file: string, args: readonly string[] = []): ProbeTransport {
  const child = execa(file, args, { buffer: false, reject: false, stdin: 'pipe' });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await child;
  });
  child.stdin.on('error', () => undefined); // EPIPE of a probe that is gone: its end says so
  return {
    write: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    lines: linesOf(child.stdout),
    closed: child.then((result) => ({ code: result.exitCode ?? null, signal: result.signal ?? null })),
  };
}

export async function startP2pmem(
  t: ExecutionContext,
  options: Partial<ProbeClientOptions> = {},
): Promise<P2pmemProbe> {
  const { path: file } = await compileProbe('p2pmem');
  const probe = new P2pmemProbe(new ProbeClient(startLocal(t, file), { name: 'p2pmem', ...options }));
  await probe.ready();
  return probe;
}

export async function startRemover(t: ExecutionContext): Promise<RemoverProbe> {
  const { path: file } = await compileProbe('remover');
  const probe = new RemoverProbe(new ProbeClient(startLocal(t, file), { name: 'remover' }));
  await probe.ready();
  return probe;
}

export async function startRace(t: ExecutionContext): Promise<RaceProbe> {
  const { path: file } = await compileProbe('race');
  const probe = new RaceProbe(new ProbeClient(startLocal(t, file), { name: 'race' }));
  await probe.ready();
  return probe;
}
