import { open } from 'node:fs/promises';

/**
 * Counts the reads and writes that QEMU's NVMe controllers have taken and not completed, from their trace
 * (hw/nvme/trace-events). A line does not say which controller it speaks of, so this is the sum over all of them.
 */
export class InFlight {
  /** How many open commands have this id; an id without open commands is not kept. */
  readonly #open = new Map<string, number>();
  #rest = '';

  /** Takes the next piece of the trace; what it cuts in two waits for the piece after it. */
  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  get count(): number {
    let sum = 0;
    for (const count of this.#open.values()) sum += count;
    return sum;
  }

  #line(line: string): void {
    const begun = /pci_nvme_(?:read|write) cid (\d+) .*\bnsid \d+ /.exec(line)?.[1];
    if (begun !== undefined) {
      this.#open.set(begun, (this.#open.get(begun) ?? 0) + 1);
      return;
    }
    const ended = /pci_nvme_rw_cb cid (\d+) /.exec(line)?.[1] ?? '';
    const count = this.#open.get(ended);
    if (count === undefined) return;
    if (count === 1) this.#open.delete(ended);
    else this.#open.set(ended, count - 1);
  }
}

const pieceSize = 256 * 1024;

/** The trace that QEMU writes, read on from where the last look ended. */
export class NvmeTrace {
  readonly #file: string;
  readonly #inFlight = new InFlight();
  #offset = 0;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Reads and writes in flight on all controllers now. */
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
