import type { Buffer } from '../../guest/buffer.js';
import type { Nvme } from '../../guest/nvme.js';
import type { Owner } from '../../guest/owner.js';
import type { Transfer } from '../../guest/transfer.js';
import type { GuestUnderTest } from '../../guest/under-test.js';

/** What the expectations of a cell are computed from. */
export interface MemoryTraits {
  /** May the owner touch the memory: it is mapped, mapped without any right (PROT_NONE), or not mapped at all. */
  readonly mapping: 'open' | 'closed' | 'none';
  /** Whose requests hold the pages when the removal begins: another device's, its own, nobody's. */
  readonly inFlight: 'other' | 'own' | null;
  /** Can the owner be asked at all, only once it goes on, or never again? */
  readonly owner: 'runs' | 'stopped' | 'dying';
  /** Is it known which bytes are there? */
  readonly filled: boolean;
}

/** Where the memory is made: the device that will go, and another one. */
export interface Place {
  readonly guest: GuestUnderTest;
  readonly cmb: Nvme;
  readonly disk: Nvme;
}

/** Memory of a device in some state, and who can tell what becomes of it. */
export interface Memory {
  /** Processes that hold a descriptor of the pool; with the memory as they see it, or null where it is not theirs. */
  readonly owners: readonly { readonly owner: Owner; readonly buffer: Buffer | null }[];
  /** The request in flight, if its end is told to anybody. */
  readonly transfer: Transfer | null;
  /** Disk whose requests are held. */
  readonly held: Nvme | null;
  /** Bytes that a write in flight brings to its disk. */
  readonly writes: Buffer | null;
  /** Lets the owner go on. */
  readonly wake: () => Promise<void>;
  /** Settles when an owner that dies is gone. */
  readonly gone: Promise<unknown> | null;
}

/** A state of device memory. A row is all a state is. */
export interface MemoryState extends MemoryTraits {
  /** Follows "memory that is". */
  readonly describe: string;
  readonly make: (place: Place) => Promise<Memory>;
}
