import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { deferred } from '../kit/deferred.js';
import { type Wait, within } from '../kit/wait.js';

/** What one console may hold, in bytes, before the guest is stopped for flooding it. */
export const consoleLimit = 64 * 1024 * 1024;

const pieceSize = 256 * 1024;

/** QEMU writes a byte at a time; looking at most this often (ms) keeps Node idle while the guest prints. */
const lookEveryMs = 25;

/**
 * Follows the console file that QEMU writes. The file is complete without us; this only looks, so that a panic
 * ends every wait early and a flood is stopped.
 */
export class ConsoleTail {
  readonly #handle: FileHandle;
  readonly #watcher: FSWatcher;
  readonly #onChunk: (chunk: Buffer) => void;
  readonly #onError: (error: unknown) => void;
  readonly #buffer = Buffer.allocUnsafe(pieceSize);
  readonly #awaited: { readonly line: string; seen: () => void }[] = [];
  #last = '';
  #offset = 0;
  #reading: Promise<void> | undefined;
  #again = false;
  #finished: Promise<void> | undefined;

  private constructor(
    file: string,
    handle: FileHandle,
    onChunk: (chunk: Buffer) => void,
    onError: (error: unknown) => void,
  ) {
    this.#handle = handle;
    this.#onChunk = onChunk;
    this.#onError = onError;
    this.#watcher = watch(file, { persistent: false }, () => this.#wake());
    this.#watcher.on('error', onError);
    this.#wake();
  }

  /** `onChunk` gets each piece once, in order; the buffer is only valid during the call. */
  static async follow(
    file: string,
    onChunk: (chunk: Buffer) => void,
    onError: (error: unknown) => void,
  ): Promise<ConsoleTail> {
    const handle = await open(file, 'a+');
    return new ConsoleTail(file, handle, onChunk, onError);
  }

  /** Bytes seen so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Waits until `line` (a part of one, without line ends) is printed from now on. */
  async untilSeen(line: string, wait: Omit<Wait, 'name'>): Promise<void> {
    const seen = deferred<void>();
    this.#awaited.push({ line, seen: () => seen.resolve() });
    await within({ name: `"${line}" on the console`, ...wait }, () => seen.promise);
  }

  #look(chunk: Buffer): void {
    if (this.#awaited.length === 0) return;
    const text = this.#last + chunk.toString('latin1');
    for (const { line, seen } of this.#awaited) if (text.includes(line)) seen();
    this.#last = text.slice(-300);
  }

  /** Reads what is left and stops. Call it when QEMU is gone; a second call waits for the first. */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  async #finish(): Promise<void> {
    this.#watcher.close();
    await this.#reading;
    try {
      await this.#drain();
    } finally {
      await this.#handle.close();
    }
  }

  #wake(): void {
    if (this.#reading !== undefined) {
      this.#again = true;
      return;
    }
    this.#reading = delay(lookEveryMs)
      .then(() => this.#drain())
      .catch(this.#onError)
      .finally(() => {
        this.#reading = undefined;
        if (this.#again && this.#finished === undefined) {
          this.#again = false;
          this.#wake();
        }
      });
  }

  async #drain(): Promise<void> {
    for (;;) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, pieceSize, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      const chunk = this.#buffer.subarray(0, bytesRead);
      this.#onChunk(chunk);
      this.#look(chunk);
    }
  }
}
