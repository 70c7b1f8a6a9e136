import path from 'node:path';
import { EvidenceFile } from './evidence-file.js';
import type { RunningGuest } from './guest.js';
import { ProbeClient } from './probe-client.js';
import { linesOf } from './probe-protocol.js';

/** Starts a probe in the guest and speaks to it over a channel of its own; `instance` names its log. */
export async function startProbe(
  guest: RunningGuest,
  name: string,
  instance: string,
  args: readonly string[] = [],
): Promise<ProbeClient> {
  const target = await guest.bringProbe(name);
  const log = await EvidenceFile.open(path.join(guest.directory, `probe-${instance}.log`));
  const channel = await guest.open([target, ...args]);
  let stderr = '';
  channel.stderr.on('data', (chunk: Uint8Array) => {
    stderr = (stderr + chunk.toString()).slice(-2000);
  });
  const closed = new Promise<{ code: number | null; signal: string | null; stderr: string }>((resolve) => {
    // Not 'exit': that of a probe that ends at once may come before anybody listens.
    channel.on('close', (code: number | null = null, name?: string) => {
      resolve({ code, signal: name === undefined ? null : `SIG${name.replace(/^SIG/, '')}`, stderr });
    });
  });
  channel.on('error', () => channel.close());
  const client = new ProbeClient(
    {
      write: (text) => void channel.write(text),
      end: () => void channel.end(),
      lines: linesOf(channel),
      closed,
    },
    {
      name,
      scale: guest.scale,
      signal: guest.signal,
      onLine: (direction, text) => log.write(`${direction} ${text}`),
      onEvent: ({ name: event, fields }) => guest.record('probe', event, { probe: instance, ...fields }),
    },
  );
  guest.onEnd(`log of probe ${instance}`, () => log.close());
  return client;
}
