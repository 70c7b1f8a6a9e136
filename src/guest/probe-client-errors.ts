import { LastrefError } from '../kit/errors.js';
import type { ProbeFields, ProbeReply } from './probe-protocol.js';

/** A system call that a probe made was refused. The kernel's answer was not the one the scenario counted on. */
export class ProbeRefusal extends LastrefError {
  /** Name of the error number, e.g. EINVAL. */
  readonly errno: string;
  /** The system call, e.g. mmap. */
  readonly call: string;

  constructor(probe: string, verb: string, errno: string, call: string) {
    super(`probe ${probe}: ${verb} failed: ${call} gave ${errno}`, { blame: 'kernel' });
    this.errno = errno;
    this.call = call;
  }
}

/** An access that a probe made raised a signal, and the scenario did not ask for one. */
export class ProbeFault extends LastrefError {
  readonly signal: string;
  readonly code: string;
  readonly fields: ProbeFields;

  constructor(probe: string, verb: string, signal: string, fields: ProbeFields) {
    const code = fields['code'] ?? 'UNKNOWN';
    super(
      `probe ${probe}: ${verb} raised ${signal} (${code}) at ${fields['touched'] ?? fields['addr'] ?? '?'}`,
      {
        blame: 'kernel',
      },
    );
    this.signal = signal;
    this.code = code;
    this.fields = fields;
  }
}

/** Throws unless the reply is ok. EPROTO without a system call means that the request itself was wrong. */
export function fieldsOfReply(probe: string, verb: string, reply: ProbeReply): ProbeFields {
  if (reply.kind === 'ok') return reply.fields;
  if (reply.kind === 'fault') throw new ProbeFault(probe, verb, reply.signal, reply.fields);
  const call = reply.fields['call'];
  if (call !== undefined) throw new ProbeRefusal(probe, verb, reply.errno, call);
  throw new LastrefError(
    `probe ${probe} did not understand ${verb}: ${reply.fields['reason'] ?? reply.errno}`,
    {
      blame: 'test',
    },
  );
}
