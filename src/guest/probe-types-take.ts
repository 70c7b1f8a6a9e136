import type { Limits, ProbeArea, ProbeFd, Range } from './probe-types.js';
import { numberOf } from './probe-types.js';
import { ranged } from './probe-types-options.js';
import type { P2pmemProbe } from './probe-types-p2pmem.js';

/**
 * The calls by which the kernel could get hold of a page, by the name one knows them by: the path of
 * guests/probes/p2pmem/take.c that makes it, and the words it takes. A new call is a row here and one there.
 */
const calls = {
  vmsplice: ['vmsplice'],
  process_vm_readv: ['process-vm'],
  process_vm_writev: ['process-vm', 'write'],
  'ptrace(PEEKDATA)': ['ptrace'],
  'ptrace(POKEDATA)': ['ptrace', 'write'],
  'read of /proc/PID/mem': ['proc-mem'],
  'write to /proc/PID/mem': ['proc-mem', 'write'],
  futex: ['futex'],
  'futex(PRIVATE)': ['futex', 'private'],
  'copy through a pipe': ['copy', 'pipe'],
  'copy through a socket': ['copy', 'socket'],
  'copy through a file': ['copy', 'file'],
  'UFFDIO_REGISTER(MISSING)': ['uffd'],
  'UFFDIO_REGISTER(WP)': ['uffd', 'wp'],
  move_pages: ['move-pages'],
  'move_pages(query)': ['move-pages', 'query'],
  mbind: ['mbind'],
  'mbind(STRICT)': ['mbind', 'strict'],
  get_mempolicy: ['mempolicy'],
  'madvise(POPULATE_READ)': ['populate'],
  'madvise(POPULATE_WRITE)': ['populate', 'write'],
  IORING_REGISTER_BUFFERS: ['uring-buffers'],
  XDP_UMEM_REG: ['umem'],
  'send(MSG_ZEROCOPY)': ['msg-zerocopy'],
  'REG_MR of rxe': ['rdma'],
  'REG_MR of rxe, read-only': ['rdma', 'ro'],
  get_user_pages: ['gup', 'get'],
  get_user_pages_fast: ['gup', 'get-fast'],
  pin_user_pages: ['gup', 'pin'],
  pin_user_pages_fast: ['gup', 'pin-fast'],
  'pin_user_pages(LONGTERM)': ['gup', 'pin-longterm'],
  'longterm pin': ['longterm'],
  'longterm pin for writing': ['longterm', 'write'],
  'fast longterm pin': ['longterm', 'fast'],
  'fast longterm pin for writing': ['longterm', 'fast', 'write'],
  'NVMe read command': ['nvme', 'io'],
  'NVMe write command': ['nvme', 'io', 'write'],
  'NVMe read command, vectored': ['nvme-vector'],
  'NVMe write command, vectored': ['nvme-vector', 'write'],
  'NVMe identify command': ['nvme', 'identify'],
  'read by IORING_OP_URING_CMD': ['uring-command'],
  'write by IORING_OP_URING_CMD': ['uring-command', 'write'],
  VFIO_IOMMU_MAP_DMA: ['vfio'],
  'VFIO_IOMMU_MAP_DMA, read-only': ['vfio', 'ro'],
  KVM_RUN: ['kvm'],
  'core dump': ['core'],
} as const satisfies Record<string, readonly string[]>;

export type TakingCall = keyof typeof calls;

export interface TakeOptions extends Range, Limits {
  /** A device node, for NVMe commands. */
  readonly path?: string;
  readonly nsid?: number;
  /** Logical block of 512 bytes. */
  readonly lba?: number;
  /** FOLL_* bits for the GUP calls. */
  readonly flags?: number;
  /** Pages that one GUP call asks for; 1 unless told. */
  readonly batch?: number;
}

/** What a call came to: its result, or how it was refused. */
export interface Taken {
  readonly result: number | null;
  readonly errno: string | null;
  /** The system call that answered. */
  readonly call: string;
  /** A preparation failed: this guest cannot be asked. */
  readonly lacking: boolean;
}

/** Makes one call on an area; every answer of the kernel is a value. */
export async function takePages(
  probe: P2pmemProbe,
  call: TakingCall,
  area: ProbeArea,
  options: TakeOptions = {},
): Promise<Taken> {
  const { path, nsid, lba, flags, batch, ...range } = options;
  const [verb, ...words] = calls[call];
  const sent = ranged(range);
  const reply = await probe.raw('take', [verb, area.name, ...words], {
    ...sent,
    options: { ...sent.options, path, nsid, lba, flags, batch },
  });
  if (reply.kind === 'err' && reply.fields['call'] !== undefined) {
    const { call: answered = call, lacking } = reply.fields;
    return { result: null, errno: reply.errno, call: answered, lacking: lacking === '1' };
  }
  return { result: numberOf(probe.accept('take', reply), 'res'), errno: null, call, lacking: false };
}

export interface ChurnOptions {
  readonly seed: number;
  readonly processes: number;
  readonly rounds: number;
  /** Most pages of one mapping. */
  readonly pages: number;
  /** Most mappings of one process. */
  readonly keep: number;
}

/** What many processes saw that mapped and unmapped one pool at once. */
export interface Churned {
  readonly mapped: number;
  readonly nomem: number;
  /** EINVAL of mmap. */
  readonly invalid: number;
  /** Any other errno of mmap. */
  readonly other: number;
  readonly errno: string;
  /** Words that somebody else had written. */
  readonly foreign: number;
  /** Processes that did not end well. */
  readonly died: number;
}

export async function churn(
  probe: P2pmemProbe,
  fd: ProbeFd,
  { processes, ...options }: ChurnOptions,
  limits: Limits = {},
): Promise<Churned> {
  const fields = await probe.ask('churn', [fd.name], {
    ...limits,
    options: { ...options, procs: processes },
  });
  const count = (key: string): number => numberOf(fields, key);
  return {
    mapped: count('mapped'),
    nomem: count('nomem'),
    invalid: count('invalid'),
    other: count('other'),
    errno: fields['errno'] ?? 'none',
    foreign: count('foreign'),
    died: count('died'),
  };
}

/** How a call ended whose nth allocation was to fail; `injected` when there was an nth one. */
export interface FailedCall {
  /** It succeeded, and a page of the mapping cannot be touched. */
  readonly torn: boolean;
  readonly errno: string | null;
  readonly injected: boolean;
}

const failedCall = (fields: Readonly<Record<string, string>>): FailedCall => ({
  errno: fields['errno'] === 'none' ? null : (fields['errno'] ?? '?'),
  injected: fields['injected'] === '1',
  torn: fields['torn'] === '1',
});

/** mmap(2) and munmap(2) with the nth allocation of the kernel failing. */
export async function mapFailing(
  probe: P2pmemProbe,
  fd: ProbeFd,
  length: number,
  nth: number,
): Promise<FailedCall> {
  return failedCall(await probe.ask('mapfail', [fd.name, length, nth]));
}

/** write(2) with the nth allocation failing of what the kernel does in the writer. */
export async function writeFailing(
  probe: P2pmemProbe,
  fd: ProbeFd,
  text: string,
  nth: number,
): Promise<FailedCall> {
  return failedCall(await probe.ask('writefail', [fd.name, text, nth]));
}
