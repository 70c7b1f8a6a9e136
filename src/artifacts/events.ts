import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hasCode } from '../kit/errors.js';
import type { Event } from './result.js';

/** Bounds of one line: what the guest says must not fill the disk or a reader's memory. */
const longestString = 4096;
const longestList = 64;
const deepest = 4;

/** What a writer gives; `t` is stamped here unless the event was seen at another time of the same clock. */
export type NewEvent = Omit<Event, 't'> & { readonly t?: number };

/**
 * Appends events to a file as JSON lines, one write(2) with O_APPEND per line, so that a reader sees whole lines
 * whatever kills us. `t` counts ms from the opening (or `origin`, a performance.now() value) and never goes back.
 */
export class EventLog {
  readonly file: string;
  readonly #origin: number;
  readonly #now: () => number;
  #fd: number | null;
  #last = 0;

  constructor(
    file: string,
    { origin, now = () => performance.now() }: { origin?: number; now?: () => number } = {},
  ) {
    this.file = file;
    this.#now = now;
    this.#origin = origin ?? now();
    this.#fd = openSync(file, 'a', 0o644);
  }

  /** ms since this log's zero: the clock of its events. */
  elapsedMs(): number {
    return this.#now() - this.#origin;
  }

  /** Writes one event and returns it as it was written. After close() nothing is written. */
  append(event: NewEvent): Event {
    const { t, ...rest } = event;
    this.#last = Math.max(this.#last, Math.round((t ?? this.elapsedMs()) * 1000) / 1000);
    const written = { t: this.#last, ...(bounded(rest, 0) as Omit<Event, 't'>) } as Event;
    if (this.#fd !== null) writeSync(this.#fd, `${JSON.stringify(written)}\n`);
    return written;
  }

  close(): void {
    if (this.#fd === null) return;
    closeSync(this.#fd);
    this.#fd = null;
  }
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    if (value.length <= longestString) return value;
    return `${value.slice(0, longestString)}... (${value.length - longestString} characters more)`;
  }
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '(deeper than is kept)';
  if (Array.isArray(value)) {
    const kept = value.slice(0, longestList).map((item) => bounded(item, depth + 1));
    return value.length > longestList ? [...kept, `(${value.length - longestList} more)`] : kept;
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, longestList)
      .map(([key, item]) => [key, bounded(item, depth + 1)]),
  );
}

export interface ReadEvents {
  readonly events: readonly Event[];
  /** Lines that are no event: 1 is usual when the writer was killed inside its last line. */
  readonly damaged: number;
}

/** Reads a file of events; no file means no events. A torn last line is counted, never an error. */
export async function readEvents(file: string): Promise<ReadEvents> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { events: [], damaged: 0 };
    throw error;
  }
  const events: Event[] = [];
  let damaged = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const event = parseEvent(line);
    if (event === null) damaged++;
    else events.push(event);
  }
  return { events, damaged };
}

function parseEvent(line: string): Event | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    const { t, source, event } = value as Partial<Event>;
    return typeof t === 'number' && typeof source === 'string' && typeof event === 'string'
      ? (value as Event)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** One timeline of several sources, ordered by `t`; at the same `t`, in the order in which the sources are given. */
export function mergeTimeline(sources: readonly (readonly Event[])[]): Event[] {
  return sources.flat().sort((a, b) => a.t - b.t); // sort() is stable
}
