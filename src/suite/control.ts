import { chmod, type FileHandle, open, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { diskError } from '../kit/atomic.js';
import { LastrefError } from '../kit/errors.js';

/** What a scenario's worker tells the run that follows it. One JSON line each. */
export type WorkerMessage =
  | { readonly kind: 'start'; readonly id: string }
  | {
      readonly kind: 'step';
      readonly id: string;
      readonly doing: string;
      readonly phase: 'boot' | 'ask' | 'judge' | 'retry';
    }
  | { readonly kind: 'booted' | 'not-booted' | 'end'; readonly id: string };

export interface Control {
  /** Asks every worker, present and future, to stop in an orderly way, and says why. */
  stop(why: string): void;
  close(): Promise<void>;
}

/**
 * A socket's address below its open folder: sockaddr_un holds 107 bytes, and a run's path may be longer.
 * The socket lies in the run directory, so that nothing is left elsewhere when we are killed.
 */
const shortPath = (folder: FileHandle, socketPath: string): string =>
  `/proc/self/fd/${folder.fd}/${path.basename(socketPath)}`;

/** Opens the socket that workers report to. Only the run directory's owner can connect to it. */
export async function openControl(
  socketPath: string,
  onMessage: (message: WorkerMessage) => void,
): Promise<Control> {
  const folder = await open(path.dirname(socketPath));
  const workers = new Set<Socket>();
  let stopping: string | undefined;
  const server = createServer((socket) => {
    workers.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => workers.delete(socket));
    if (stopping !== undefined) socket.write(`${stopping}\n`);
    createInterface({ input: socket }).on('line', (line) => {
      const message = readMessage(line);
      if (message !== null) onMessage(message);
    });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(shortPath(folder, socketPath), resolve);
    });
    await chmod(socketPath, 0o600);
  } catch (error) {
    await folder.close();
    throw diskError(error, socketPath);
  }
  return {
    stop: (why) => {
      stopping ??= why;
      for (const worker of workers) worker.write(`${stopping}\n`);
    },
    close: async () => {
      for (const worker of workers) worker.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await folder.close();
      await rm(socketPath, { force: true });
    },
  };
}

/** Null for what is no message: the last line of a worker that was killed may be torn. */
function readMessage(line: string): WorkerMessage | null {
  try {
    return JSON.parse(line) as WorkerMessage;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A worker's end. `signal` aborts when the run asks to stop or is gone. */
export interface ControlLine {
  readonly signal: AbortSignal;
  send(message: WorkerMessage): void;
  close(): void;
}

/** Connects a worker to its run; under plain `npx ava` (path null) nobody listens and nobody stops it. */
export async function connectControl(socketPath: string | null): Promise<ControlLine> {
  const controller = new AbortController();
  if (socketPath === null)
    return { signal: controller.signal, send: () => undefined, close: () => undefined };
  const folder = await open(path.dirname(socketPath));
  const socket = connect(shortPath(folder, socketPath));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } finally {
    await folder.close();
  }
  let done = false;
  const stop = (why: string): void => {
    if (!done) controller.abort(new LastrefError(why, { blame: 'user', exitCode: 130 }));
  };
  socket.on('error', () => stop('the run is gone'));
  socket.on('close', () => stop('the run is gone'));
  createInterface({ input: socket }).on('line', stop);
  return {
    signal: controller.signal,
    send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    close: () => {
      done = true;
      socket.end();
    },
  };
}
