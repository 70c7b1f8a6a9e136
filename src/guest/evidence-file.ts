import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';

/** An append-only text log of one scenario. Lines are bounded; a write error is kept and raised on close. */
export class EvidenceFile {
  readonly #stream: WriteStream;
  #failed: unknown;

  private constructor(stream: WriteStream) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failed = error;
    });
  }

  static async open(file: string): Promise<EvidenceFile> {
    const stream = createWriteStream(file, { flags: 'a' });
    await once(stream, 'open');
    return new EvidenceFile(stream);
  }

  write(line: string): void {
    this.#stream.write(`${line.slice(0, 8192)}\n`);
  }

  /** Flushes; raises when any line could not be written. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#stream.end(resolve));
    if (this.#failed !== undefined) throw this.#failed;
  }
}
