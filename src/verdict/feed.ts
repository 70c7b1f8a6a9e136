import type { AnchorSearch } from './anchors.js';
import { longestLine } from './line.js';

const piece = 64 * 1024;
/** Bytes of log before the current line that can be asked for. */
const memory = 8 * 1024;

export interface LineSink {
  /** While true, every line is wanted; else only those in which the search finds something. */
  readonly busy: () => boolean;
  /** `found`: the search found something in it. */
  readonly line: (raw: string, start: number, found: boolean) => void;
}

/**
 * Cuts bytes into lines, one character a byte, and passes over clean text by one search. What comes out does not
 * depend on how the log was cut into chunks.
 */
export class LineFeed {
  readonly #anchors: AnchorSearch;
  readonly #sink: LineSink;
  #carry = '';
  #offset = 0;
  /** The end of the blocks before the current one. */
  #tail = '';
  #current = '';
  #at = 0;

  constructor(anchors: AnchorSearch, sink: LineSink) {
    this.#anchors = anchors;
    this.#sink = sink;
  }

  /** The log just before the line that is being handed out. */
  get before(): string {
    const missing = memory - this.#at;
    const here = this.#current.slice(Math.max(0, -missing), this.#at);
    return missing > 0 ? this.#tail.slice(-missing) + here : here;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length; at += piece) {
      this.#take(bytes.toString('latin1', at, Math.min(bytes.length, at + piece)));
    }
  }

  /** Hands out the last line; returns it when it has no end. */
  end(): string {
    const rest = this.#carry;
    this.#carry = '';
    if (rest !== '') this.#block(rest);
    return rest;
  }

  #take(text: string): void {
    const newline = text.lastIndexOf('\n');
    if (newline >= 0) {
      const block = this.#carry + text.slice(0, newline + 1);
      this.#carry = text.slice(newline + 1);
      this.#block(block);
    } else {
      this.#carry += text;
    }
    while (this.#carry.length >= longestLine) {
      const line = this.#carry.slice(0, longestLine);
      this.#carry = this.#carry.slice(longestLine);
      this.#block(line);
    }
  }

  /** Whole lines, the first of which starts at #offset. */
  #block(block: string): void {
    const base = this.#offset;
    this.#current = block;
    let at = 0;
    while (at < block.length) {
      const found = this.#anchors.find(block, at);
      if (!this.#sink.busy()) {
        if (found < 0) break;
        at = lineStart(block, at, found);
      }
      const newline = block.indexOf('\n', at);
      const next = Math.min(newline < 0 ? block.length : newline + 1, at + longestLine);
      const raw = block.slice(at, next);
      this.#at = at;
      // A long line is cut: what was found may reach over the cut.
      this.#sink.line(raw, base + at, (found >= 0 && found < next) || raw.length >= longestLine);
      at = next;
    }
    this.#at = 0;
    this.#current = '';
    this.#tail = block.length >= memory ? block.slice(-memory) : (this.#tail + block).slice(-memory);
    this.#offset = base + block.length;
  }
}

/** Start of the line around `index`, not before `from`; a long line is taken in pieces. */
function lineStart(block: string, from: number, index: number): number {
  const start = Math.max(from, index === 0 ? 0 : block.lastIndexOf('\n', index - 1) + 1);
  return start + Math.floor((index - start) / longestLine) * longestLine;
}
