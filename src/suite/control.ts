import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
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
  readonly path: string;
  /** Asks every worker, present and future, to stop in an orderly way, and says why. */
  stop(why: string): void;
  close(): Promise<void>;
}

/** Opens the socket that workers report to: in a folder only we can enter, so nobody else can listen or speak. */
export async function openControl(onMessage: (message: WorkerMessage) => void): Promise<Control> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lastref-'));
  const workers = new Set<Socket>();
  let stopping: string | undefined;
  const server = createServer((socket) => {
    workers.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => workers.delete(socket));
    if (stopping !== undefined) socket.write(`${stopping}\n`);
    createInterface({ input: socket }).on('line', (line) => onMessage(JSON.parse(line) as WorkerMessage));
  });
  const socketPath = path.join(folder, 'control');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    path: socketPath,
    stop: (why) => {
      stopping ??= why;
      for (const worker of workers) worker.write(`${stopping}\n`);
    },
    close: async () => {
      for (const worker of workers) worker.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
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
  const socket = connect(socketPath);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
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
