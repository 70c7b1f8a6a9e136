import { numberOf } from './probe-types.js';
import type { P2pmemProbe } from './probe-types-p2pmem.js';

/** What a thread saw that read one attribute over and over. */
export interface Reread {
  /** Times it was a number. */
  readonly numbers: number;
  /** Times a descriptor gave ENODEV: its file is being removed, or was. */
  readonly gone: number;
  /** Times there was no such file. */
  readonly absent: number;
  /** Times it was anything else. */
  readonly strange: number;
  /** The first strange thing. */
  readonly first: string | null;
}

export interface Rereading {
  stop(): Promise<Reread>;
}

/** Starts a thread that reads a file over and over (guests/probes/p2pmem/reread.c). */
export async function reread(probe: P2pmemProbe, path: string): Promise<Rereading> {
  const id = probe.client.nextName('reread');
  await probe.ask('reread', [id, path]);
  return {
    stop: async () => {
      await probe.ask('unread', [id]);
      const { fields } = await probe.untilEvent('reread', (event) => event.fields['id'] === id);
      return {
        numbers: numberOf(fields, 'numbers'),
        gone: numberOf(fields, 'gone'),
        absent: numberOf(fields, 'absent'),
        strange: numberOf(fields, 'strange'),
        first: fields['first'] ?? null,
      };
    },
  };
}

/** Takes a probe into a network and a mount namespace of its own, with their sysfs at `path`. */
export async function ownSysfs(probe: P2pmemProbe, path: string): Promise<void> {
  await probe.ask('ownsysfs', [path]);
}
