import { type Limits, numberOf, type ProbeFd, type Segment } from './probe-types.js';
import { segmentsText } from './probe-types-options.js';
import type { P2pmemProbe } from './probe-types-p2pmem.js';

/** What became of a process that did both. */
export interface Forking {
  readonly transfers: number;
  readonly forks: number;
}

/** Writes `segment` to the start of a file `count` times (more if it has hardly forked by then) while another thread forks; raises what either was refused. */
export async function writesForking(
  probe: P2pmemProbe,
  fd: ProbeFd,
  segment: Segment,
  count: number,
  limits: Limits = { deadlineMs: 60_000 },
): Promise<Forking> {
  const fields = await probe.ask('forking', [fd.name, 0, segmentsText(segment)], {
    ...limits,
    options: { count },
  });
  return { transfers: numberOf(fields, 'done'), forks: numberOf(fields, 'forked') };
}
