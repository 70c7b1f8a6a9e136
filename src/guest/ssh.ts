import { createHash } from 'node:crypto';
import pRetry, { AbortError } from 'p-retry';
import { Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import { LastrefError, messageOf } from '../kit/errors.js';
import { shellWord } from '../kit/shell-word.js';
import { within } from '../kit/wait.js';

export interface SshTarget {
  /** Port on 127.0.0.1 that QEMU forwards to the guest. */
  readonly port: number;
  readonly privateKey: string;
  /** The only host keys that are believed, one OpenSSH line each. */
  readonly hostKeys: readonly string[];
}

export interface ExecResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly stdin?: NodeJS.ReadableStream | undefined;
}

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
  readonly term: string;
}

/** What one command may print before it is cut off, in bytes: a guest is hostile input. */
const outputLimit = 16 * 1024 * 1024;

/** A server that has no process to spare says so before anything runs. Seen on busy hosts, for two commands at once. */
const mostRefusals = 3;

/** One word for the guest's shell. A NUL cannot be part of an argument. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new LastrefError('an argument holds a NUL byte', { blame: 'test' });
  return shellWord(word);
}

function pinned(hostKeys: readonly string[]): (key: Buffer) => boolean {
  const known = new Set(hostKeys.map((line) => line.trim().split(/\s+/)[1]));
  return (key) => known.has(key.toString('base64'));
}

/** Somebody else's host key does not become ours by asking again; everything else may. */
function stopAtStranger(error: unknown): never {
  if (!messageOf(error).includes('Host denied')) throw error;
  throw new AbortError(
    new LastrefError('what answers on the forwarded port has a host key that is not the rootfs’s', {
      blame: 'harness',
    }),
  );
}

function connectOnce(config: ConnectConfig, signal: AbortSignal): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const giveUp = (): void => {
      client.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    client.once('ready', () => {
      signal.removeEventListener('abort', giveUp);
      resolve(client);
    });
    // Kept for the client's whole life: an unheard 'error' takes the worker down.
    client.on('error', (error) => {
      signal.removeEventListener('abort', giveUp);
      client.destroy();
      reject(error);
    });
    client.connect(config);
  });
}

/** An SSH connection to a guest. Commands are words, never a shell line. */
export class SshSession {
  readonly #client: Client;
  #closed = false;

  private constructor(client: Client) {
    this.#client = client;
    client.on('close', () => {
      this.#closed = true;
    });
  }

  /** Tries until the guest answers. `signal` ends it early: the guest panicked or QEMU exited. */
  static async connect(
    target: SshTarget,
    wait: { deadlineMs: number; signal: AbortSignal },
  ): Promise<SshSession> {
    let last = 'no attempt yet';
    const fingerprint = createHash('sha256').update(target.hostKeys.join()).digest('hex').slice(0, 8);
    return within(
      { name: `SSH on 127.0.0.1:${target.port} (host keys ${fingerprint})`, ...wait, blame: 'kernel' },
      (signal) =>
        pRetry(
          async () => {
            const config: ConnectConfig = {
              host: '127.0.0.1',
              port: target.port,
              username: 'root',
              privateKey: target.privateKey,
              hostVerifier: pinned(target.hostKeys),
              readyTimeout: Math.min(wait.deadlineMs, 20_000),
              // ssh2's agent and keyboard paths are not wanted: one key, one method.
              authHandler: ['publickey'],
              keepaliveInterval: 0,
              // What software does fastest: an emulated CPU has no help from AES instructions in dropbear.
              algorithms: {
                cipher: ['chacha20-poly1305@openssh.com'],
                kex: ['curve25519-sha256'],
                compress: ['none'],
              },
            };
            return new SshSession(await connectOnce(config, signal).catch(stopAtStranger));
          },
          {
            retries: Number.POSITIVE_INFINITY,
            factor: 1,
            minTimeout: 250,
            signal,
            onFailedAttempt: ({ error }) => {
              last = messageOf(error);
            },
          },
        ),
      () => last,
    );
  }

  /** Runs a command to its end. A non-zero exit code is a result, not an error. */
  async exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
    const name = `"${argv.join(' ').slice(0, 80)}" in the guest`;
    return within({ name, deadlineMs: options.deadlineMs, signal: options.signal }, async (signal) => {
      const channel = await this.open(argv);
      signal.addEventListener('abort', () => channel.close(), { once: true });
      return collect(channel, options.stdin);
    });
  }

  /** Starts a command and hands out its channel: standard input and output, `stderr` beside. */
  async open(argv: readonly string[]): Promise<ClientChannel> {
    for (let refusals = 0; ; refusals++) {
      const channel = await this.#ask(argv);
      if (!(channel instanceof Error)) return channel;
      if (refusals < mostRefusals) continue;
      throw new LastrefError(`the guest refused to run ${argv[0]}: ${channel.message}`, {
        blame: 'harness',
        cause: channel,
      });
    }
  }

  #ask(argv: readonly string[]): Promise<ClientChannel | Error> {
    if (this.#closed)
      return Promise.reject(
        new LastrefError('the SSH connection to the guest is closed', { blame: 'harness' }),
      );
    return new Promise((resolve) => {
      this.#client.exec(argv.map(quote).join(' '), (error, channel) => resolve(error ?? channel));
    });
  }

  /** Starts an interactive shell; with a terminal of that size, or without one. */
  openShell(terminal: TerminalSize | null): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      const size =
        terminal === null ? false : { rows: terminal.rows, cols: terminal.columns, term: terminal.term };
      this.#client.shell(size, (error, channel) => {
        if (error)
          reject(
            new LastrefError(`the guest gave no shell: ${error.message}`, { blame: 'harness', cause: error }),
          );
        else resolve(channel);
      });
    });
  }

  close(): void {
    this.#client.destroy();
  }
}

function collect(channel: ClientChannel, stdin: NodeJS.ReadableStream | undefined): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    const keep = (list: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size <= outputLimit) list.push(chunk);
      else channel.close();
    };
    channel.on('data', keep(out));
    channel.stderr.on('data', keep(err));
    channel.on('error', reject);
    // Not 'exit': how a short command ended may come in one packet with its beginning, before anybody listens.
    channel.on('close', (code: number | null = null, killed: string | null = null) => {
      if (size > outputLimit) {
        const most = `${outputLimit >> 20} MiB`;
        reject(new LastrefError(`the command printed more than ${most} and was cut off`, { blame: 'test' }));
        return;
      }
      if (code === null && killed === null) {
        reject(
          new LastrefError('the SSH connection broke off in the middle of a command', { blame: 'harness' }),
        );
        return;
      }
      resolve({
        code,
        signal: killed,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      });
    });
    if (stdin === undefined) channel.end();
    else stdin.pipe(channel);
  });
}
