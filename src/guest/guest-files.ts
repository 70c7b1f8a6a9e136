import { LastrefError, messageOf } from '../kit/errors.js';
import { ProbeRefusal } from './probe-client-errors.js';
import { TypedProbe } from './probe-types.js';
import type { ExecResult } from './ssh.js';

/** Looks at files of a guest. */
export interface GuestFiles {
  /** Text of a file; raises when it cannot be read. */
  read(file: string): Promise<string>;
  exists(file: string): Promise<boolean>;
  /** Paths that match a pattern of glob(7), sorted. */
  glob(pattern: string): Promise<string[]>;
  /** One record for the kernel log. */
  say(record: string): Promise<void>;
}

/** A process for each look: what is there before the probe is, and when it is gone. */
export class FilesByCommand implements GuestFiles {
  readonly #exec: (argv: readonly string[], input?: string) => Promise<ExecResult>;

  constructor(exec: (argv: readonly string[], input?: string) => Promise<ExecResult>) {
    this.#exec = exec;
  }

  async read(file: string): Promise<string> {
    const { code, stdout, stderr } = await this.#exec(['cat', file]);
    if (code === 0) return stdout;
    throw unreadable(file, stderr.trim().slice(0, 300));
  }

  async exists(file: string): Promise<boolean> {
    return (await this.#exec(['test', '-e', file])).code === 0;
  }

  async glob(pattern: string): Promise<string[]> {
    const { stdout } = await this.#exec(['sh', '-c', 'ls -d $0 2>/dev/null', pattern]);
    return stdout.split('\n').filter((line) => line !== '');
  }

  /** `tee` and not `echo >`: no shell is involved. */
  async say(record: string): Promise<void> {
    const { code, stderr } = await this.#exec(['tee', '/dev/kmsg'], `${record}\n`);
    if (code !== 0) throw unsaid(stderr.trim());
  }
}

/** FILES_VERSION of guests/probes/files.c. */
const version = 1;

/** Looks through the files probe; what it cannot do (any more) is done by `otherwise`. */
export class FilesByProbe extends TypedProbe implements GuestFiles {
  otherwise: GuestFiles | undefined;

  async ready(): Promise<void> {
    await this.client.ready(version);
  }

  read(file: string): Promise<string> {
    return this.#or(
      async () => {
        const fields = await this.ask('read', [file]);
        return fields['more'] === '1' ? undefined : (fields['data'] ?? '');
      },
      (other) => other.read(file),
      (errno) => unreadable(file, errno),
    );
  }

  exists(file: string): Promise<boolean> {
    return this.#or(
      async () => (await this.ask('exists', [file]))['exists'] === '1',
      (other) => other.exists(file),
    );
  }

  glob(pattern: string): Promise<string[]> {
    return this.#or(
      async () =>
        ((await this.ask('glob', [pattern]))['paths'] ?? '').split('\n').filter((path) => path !== ''),
      (other) => other.glob(pattern),
    );
  }

  say(record: string): Promise<void> {
    return this.#or(
      async () => {
        await this.ask('say', [`${record}\n`]);
        return null;
      },
      async (other) => {
        await other.say(record);
        return null;
      },
      unsaid,
    ).then(() => undefined);
  }

  /** A probe that is gone (killed for want of memory, say) is no reason to see nothing any more. */
  async #or<T>(
    look: () => Promise<T | undefined>,
    instead: (other: GuestFiles) => Promise<T>,
    refused?: (errno: string) => LastrefError,
  ): Promise<T> {
    const { otherwise } = this;
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      if (error instanceof ProbeRefusal && refused !== undefined) throw refused(error.errno);
      if (otherwise === undefined || !this.client.isGone) throw error;
    }
    if (otherwise === undefined)
      throw new LastrefError('the files probe could not look', { blame: 'harness' });
    return instead(otherwise);
  }
}

function unreadable(file: string, why: string): LastrefError {
  return new LastrefError(`${file} could not be read in the guest: ${why}`, { blame: 'harness' });
}

function unsaid(why: unknown): LastrefError {
  return new LastrefError(`could not write to the kernel log: ${messageOf(why)}`, { blame: 'harness' });
}
