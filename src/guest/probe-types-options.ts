import type { ProbeFields, ProbeValue } from './probe-protocol.js';
import {
  bigintOf,
  type Limits,
  numberOf,
  type ProbeArea,
  type Range,
  type Segment,
  type Verified,
} from './probe-types.js';

export type Access = 'ro' | 'wo' | 'rw';
export type Protection = 'rw' | 'r' | 'w' | 'none';
/**
 * How an asynchronous request reaches the kernel; `auto` takes the first that this kernel has. They differ when the
 * process dies with a request in flight: AIO (fs/aio.c:exit_aio) and a blocked thread keep it from being reaped
 * until the request is done, an io_uring request outlives the process, and its pages stay taken.
 */
export type Engine = 'auto' | 'uring' | 'aio' | 'thread';
/** 32 bits that name a buffer's owner, or `zero`. */
export type Seed = number | 'zero';

export interface OpenOptions extends Limits {
  readonly access?: Access;
  readonly direct?: boolean;
  readonly nonblock?: boolean;
  readonly create?: boolean;
}

export interface MapOptions extends Limits {
  readonly private?: boolean;
  readonly offset?: number;
  readonly protection?: Protection;
  readonly address?: bigint;
  /** Replaces what is at `address`. */
  readonly fixed?: boolean;
  readonly populate?: boolean;
  readonly locked?: boolean;
}

export interface RemapOptions extends Limits {
  readonly mayMove?: boolean;
  readonly dontUnmap?: boolean;
  readonly to?: bigint;
  /** 0 makes a second mapping of the same pages. */
  readonly oldLength?: number;
  /** The result is a second area; the first keeps its addresses. */
  readonly keepOld?: boolean;
}

export interface TransferOptions extends Limits {
  /** RWF_NOWAIT: EAGAIN rather than waiting. */
  readonly nowait?: boolean;
}

export interface SeedOptions extends Range, Limits {
  /** Only every stride-th byte's word; 8, every word, unless told. */
  readonly stride?: number;
  /** The canary's offset at `offset`, for bytes that came from elsewhere. */
  readonly base?: number;
}

/** Flags that are set, as the words a probe expects. */
export function words(flags: Readonly<Record<string, boolean | undefined>>): string[] {
  return Object.keys(flags).filter((word) => flags[word] === true);
}

interface Sent extends Limits {
  readonly options: Readonly<Record<string, ProbeValue | undefined>>;
}

/** Splits off=, len= from the limits. */
export function ranged(options: Range & Limits): Sent {
  const { offset, length, ...limits } = options;
  return { ...limits, options: { off: offset, len: length } };
}

export function seeded(options: SeedOptions): Sent {
  const { stride, base, ...rest } = options;
  const sent = ranged(rest);
  return { ...sent, options: { ...sent.options, stride, base } };
}

/** `map1:0:4096,ram2:0:512`. */
export function segmentsText(segments: Segment | readonly Segment[]): string {
  const list: readonly Segment[] = 'area' in segments ? [segments] : segments;
  return list.map(({ area, offset, length }) => `${area.name}:${offset}:${length}`).join();
}

/** All of an area as one segment. */
export function wholeOf(area: ProbeArea): Segment {
  return { area, offset: 0, length: area.length };
}

export function verifiedOf(fields: ProbeFields): Verified {
  const mismatches = numberOf(fields, 'mismatches');
  return {
    words: numberOf(fields, 'words'),
    mismatches,
    first:
      mismatches === 0
        ? null
        : {
            offset: numberOf(fields, 'first'),
            seen: bigintOf(fields, 'seen'),
            expected: bigintOf(fields, 'expected'),
          },
  };
}
