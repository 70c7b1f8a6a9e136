import type { Loss } from './types.js';

/** One record of the kernel log, as /dev/kmsg numbers it. */
export interface KmsgRecord {
  readonly sequence: number;
  /** syslog level, 0 (emergency) to 7 (debug). */
  readonly level: number;
  /** 0 for the kernel, something else for what a program wrote. */
  readonly facility: number;
  /** Microseconds since the guest's boot. */
  readonly microseconds: number;
  readonly text: string;
}

/**
 * Reads the text that the kmsg probe prints: `level,sequence,microseconds,flags[,…];text`, continued by lines
 * that begin with a blank (Documentation/ABI/testing/dev-kmsg). Lines that are no record are left out.
 */
export function parseKmsg(text: string): KmsgRecord[] {
  const records: KmsgRecord[] = [];
  for (const line of text.split('\n')) {
    const found = /^(\d{1,5}),(\d{1,15}),(\d{1,18}),[^;]*;(.*)$/.exec(line);
    if (found === null) continue;
    const [, priority, sequence, microseconds, rest = ''] = found;
    records.push({
      sequence: Number(sequence),
      level: Number(priority) & 7,
      facility: Number(priority) >> 3,
      microseconds: Number(microseconds),
      text: rest,
    });
  }
  return records;
}

/** Sequence numbers that are missing: records that were overwritten before anybody read them. */
export function sequenceGaps(records: readonly KmsgRecord[]): Loss[] {
  const losses: Loss[] = [];
  let expected = 0;
  for (const { sequence } of records) {
    if (sequence > expected) {
      losses.push({
        kind: 'sequence-gap',
        detail: `${sequence - expected} kernel log records before number ${sequence} are gone`,
        at: null,
      });
    }
    expected = sequence + 1;
  }
  return losses;
}

/** As `dmesg` would print them, with the sequence number in front. */
export function formatKmsg(records: readonly KmsgRecord[]): string {
  return records
    .map(
      ({ sequence, level, microseconds, text }) =>
        `${sequence} <${level}> [${(microseconds / 1e6).toFixed(6).padStart(12)}] ${text}\n`,
    )
    .join('');
}
