import { open } from 'node:fs/promises';

/**
 * Commands on namespace `nsid` that QEMU's NVMe controller has taken and not completed, from its trace
 * (hw/nvme/trace-events). A completion names only the command id, which two controllers can use at the same time.
 * The namespace asked for is one whose disk is held, so nothing of it completes: a completion belongs to
 * another namespace's open command of that id wherever there is one.
 */
export class InFlight {
  readonly #nsid: number;
  /** Namespaces of the open commands, by command id; an id without open commands is not kept. */
  readonly #open = new Map<string, number[]>();
  #rest = '';

  constructor(nsid: number) {
    this.#nsid = nsid;
  }

  /** Takes the next piece of the trace; what it cuts in two waits for the piece after it. */
  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  get count(): number {
    let count = 0;
    for (const owners of this.#open.values())
      for (const owner of owners) if (owner === this.#nsid) count += 1;
    return count;
  }

  #line(line: string): void {
    const [, cid, nsid] = /pci_nvme_(?:read|write) cid (\d+) .*\bnsid (\d+) /.exec(line) ?? [];
    if (cid !== undefined) {
      const owners = this.#open.get(cid) ?? [];
      owners.push(Number(nsid));
      this.#open.set(cid, owners);
      return;
    }
    const ended = /pci_nvme_rw_cb cid (\d+) /.exec(line)?.[1] ?? '';
    const owners = this.#open.get(ended);
    if (owners === undefined) return;
    const other = owners.findIndex((owner) => owner !== this.#nsid);
    owners.splice(Math.max(other, 0), 1);
    if (owners.length === 0) this.#open.delete(ended);
  }
}

const pieceSize = 256 * 1024;

/** The trace that QEMU writes, read on from where the last look ended. */
export class NvmeTrace {
  readonly #file: string;
  readonly #inFlight: InFlight;
  #offset = 0;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(file: string, nsid: number) {
    this.#file = file;
    this.#inFlight = new InFlight(nsid);
  }

  /** Commands in flight on the namespace now. */
  async inFlight(): Promise<number> {
    const reading = this.#reading.then(() => this.#catchUp());
    this.#reading = reading.catch(() => undefined); // whoever asked is told; the next one tries again
    await reading;
    return this.#inFlight.count;
  }

  async #catchUp(): Promise<void> {
    const handle = await open(this.#file);
    try {
      const buffer = Buffer.allocUnsafe(pieceSize);
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, pieceSize, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        this.#inFlight.push(buffer.toString('latin1', 0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  }
}
