import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type Deferred, deferred } from '../kit/deferred.js';
import { LastrefError } from '../kit/errors.js';
import { oneLine } from '../kit/terminal-safe.js';
import { within } from '../kit/wait.js';

export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface QmpOptions {
  /** Deadline of the greeting, in ms; that of a command unless told. */
  readonly greetingMs?: number;
  /** Deadline of one command, in ms. A QEMU whose main loop is wedged answers nothing: QMP runs in it. */
  readonly commandMs: number;
  /** Every line in both directions, for qmp.jsonl. */
  readonly onLine?: (direction: 'in' | 'out', line: string) => void;
  readonly onEvent?: (event: QmpEvent) => void;
}

/** A QMP connection (docs/interop/qmp-spec). When the socket closes, every pending command is rejected. */
export class Qmp {
  readonly #socket: Duplex;
  readonly #options: QmpOptions;
  readonly #pending = new Map<number, { readonly command: string; readonly answer: Deferred<unknown> }>();
  readonly #watchers = new Set<{
    readonly wants: (event: QmpEvent) => boolean;
    readonly seen: Deferred<QmpEvent>;
  }>();
  readonly #greeting = deferred<void>();
  readonly #over = deferred<void>();
  #next = 1;
  #closed: LastrefError | undefined;

  constructor(socket: Duplex, options: QmpOptions) {
    this.#socket = socket;
    this.#options = options;
    const decoder = new StringDecoder('utf8');
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') this.#receive(line.trim());
    });
    // QEMU's death closes the socket, sometimes with ECONNRESET; an unheard 'error' would take the worker down.
    socket.on('error', (error) => this.#close(error.message));
    socket.on('close', () => this.#close('QEMU closed its QMP socket'));
    socket.on('end', () => this.#close('QEMU closed its QMP socket'));
    socket.resume();
  }

  /** Waits for the greeting and leaves negotiation mode. */
  async connect(): Promise<void> {
    await within(
      {
        name: "QEMU's QMP greeting",
        deadlineMs: this.#options.greetingMs ?? this.#options.commandMs,
        blame: 'host',
      },
      () => this.#greeting.promise,
    );
    await this.execute('qmp_capabilities');
  }

  /** Runs one command and returns its `return` value; an `error` reply is raised with QEMU's own words. */
  async execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.#closed !== undefined) throw this.#closed;
    const id = this.#next++;
    const answer = deferred<unknown>();
    this.#pending.set(id, { command, answer });
    this.#send(JSON.stringify({ execute: command, arguments: args, id }));
    try {
      return await within(
        {
          name: `QEMU to answer ${command}`,
          deadlineMs: this.#options.commandMs,
          hint: 'its main loop may be wedged; the request it stands on is the last line of qmp.jsonl',
        },
        () => answer.promise,
      );
    } finally {
      this.#pending.delete(id);
    }
  }

  /** Runs a human monitor command; returns what it printed. */
  async monitor(line: string): Promise<string> {
    return String(await this.execute('human-monitor-command', { 'command-line': line }));
  }

  /** The next event of that name whose data is wanted; ask before doing what brings it. Rejects when QMP closes. */
  async next(name: string, wants: (data: QmpEvent['data']) => boolean = () => true): Promise<QmpEvent> {
    if (this.#closed !== undefined) throw this.#closed;
    const watcher = {
      wants: ({ event, data }: QmpEvent) => event === name && wants(data),
      seen: deferred<QmpEvent>(),
    };
    this.#watchers.add(watcher);
    return watcher.seen.promise.finally(() => this.#watchers.delete(watcher));
  }

  /** Resolves when nothing more can come from QEMU: every event that it sent has been told. */
  get closed(): Promise<void> {
    return this.#over.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(line: string): void {
    this.#options.onLine?.('out', line);
    this.#socket.write(`${line}\n`);
  }

  #receive(line: string): void {
    this.#options.onLine?.('in', line);
    const message = parseObject(line);
    if (message === undefined) {
      this.#close(`QEMU sent a line that is no JSON object: ${oneLine(line)}`);
      return;
    }
    if ('QMP' in message) this.#greeting.resolve();
    else if (typeof message['event'] === 'string') {
      const event = {
        event: message['event'],
        data: (message['data'] ?? {}) as Record<string, unknown>,
      };
      this.#options.onEvent?.(event);
      for (const { wants, seen } of this.#watchers) if (wants(event)) seen.resolve(event);
    } else this.#answer(message);
  }

  #answer(message: Record<string, unknown>): void {
    const pending = this.#pending.get(Number(message['id']));
    if (pending === undefined) return; // it came after its deadline; qmp.jsonl has it
    const error = message['error'] as { class?: string; desc?: string } | undefined;
    if (error === undefined) pending.answer.resolve(message['return']);
    else {
      pending.answer.reject(
        new LastrefError(
          `QEMU refused ${pending.command}: ${error.desc ?? error.class ?? 'no reason given'}`,
          { blame: 'harness' },
        ),
      );
    }
  }

  #close(why: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = new LastrefError(why, { blame: 'harness' });
    this.#over.resolve();
    this.#greeting.reject(this.#closed);
    for (const { answer } of this.#pending.values()) answer.reject(this.#closed);
    for (const { seen } of this.#watchers) seen.reject(this.#closed);
  }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
