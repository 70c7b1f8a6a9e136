import path from 'node:path';
import { mergeTimeline, readEvents } from '../artifacts/events.js';
import type { Event } from '../artifacts/result.js';
import type { RunningGuest } from '../guest/guest.js';
import { writeAtomic } from '../kit/atomic.js';
import { messageOf } from '../kit/errors.js';
import { formatKmsg, type KmsgRecord, parseKmsg, sequenceGaps } from '../verdict/kmsg.js';
import type { Loss } from '../verdict/types.js';

import { readReporters } from './reporters.js';

export interface KernelLog {
  /** All of it, as far back as the guest had it. */
  readonly records: readonly KmsgRecord[];
  readonly lost: readonly Loss[];
  /** Records since the scenario began, on the timeline's clock. */
  readonly events: readonly Event[];
}

/**
 * Keeps the kernel log with its sequence numbers (dmesg.log): a witness of what the console lost, and asks which
 * reporters have fallen silent. A guest that does not give it up is no error of its own; that it was not read is a loss.
 */
export async function keepKernelLog(
  guest: RunningGuest,
  directory: string,
  token: string,
  beganMs: number,
): Promise<KernelLog> {
  const silent = readReporters(guest);
  let text: string;
  try {
    text = await guest.kernelLog();
  } catch (error) {
    return {
      records: [],
      lost: [
        { kind: 'unscanned', detail: `the kernel log could not be read: ${messageOf(error)}`, at: null },
      ],
      events: [],
    };
  }
  const records = parseKmsg(text);
  await writeAtomic(path.join(directory, 'dmesg.log'), formatKmsg(records));
  const lost = [...sequenceGaps(records), ...(await silent)];
  const begin = records.findIndex((record) => record.text === `lastref: begin ${token}`);
  const zero = records[begin];
  if (zero === undefined) {
    return {
      records,
      lost: [
        ...lost,
        { kind: 'marker-missing', detail: 'the kernel log lacks the marker of this scenario', at: null },
      ],
      events: [],
    };
  }
  const events = records.slice(begin).map(
    ({ sequence, level, microseconds, text: line }): Event => ({
      t: Math.round((beganMs + (microseconds - zero.microseconds) / 1000) * 1000) / 1000,
      source: 'kmsg',
      event: 'record',
      sequence,
      level,
      text: line,
    }),
  );
  return { records, lost, events };
}

/** Merges more events into a scenario's timeline, which stays ordered. */
export async function mergeIntoTimeline(file: string, more: readonly Event[]): Promise<void> {
  if (more.length === 0) return;
  const { events } = await readEvents(file);
  const lines = mergeTimeline([events, more]).map((event) => `${JSON.stringify(event)}\n`);
  await writeAtomic(file, lines.join(''));
}
