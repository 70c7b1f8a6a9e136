import { createInterface, type Interface } from 'node:readline';
import { execa, type Subprocess } from 'execa';
import { LastrefError } from '../kit/errors.js';
import { within } from '../kit/wait.js';
import { findTool, missingTools } from './tools.js';

/** One level of an address: innermost inlined function first. `file` is as the compiler was told. */
export interface AddressLine {
  readonly fn: string;
  readonly file: string;
  readonly line: number;
}

/** The first question makes addr2line read the debug info, tens of seconds on a busy host; the rest are milliseconds. */
const answerDeadlineMs = 180_000;

/** No code is there: its answer ends that of the question before, whose number of lines nobody knows. */
const nowhere = '0x1';

/** One addr2line of binutils, kept running: it reads the debug info once. It dies with us. */
export class Addr2line {
  readonly #child: Subprocess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(child: Subprocess) {
    this.#child = child;
    if (child.stdout === null) throw new Error('addr2line was started without a standard output');
    this.#reader = createInterface({ input: child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  static async start(file: string): Promise<Addr2line> {
    const tool = await findTool('addr2line');
    if (tool === undefined) throw missingTools(['addr2line'], 'decode addresses');
    const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', tool, '-a', '-f', '-i', '-e', file], {
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'ignore',
      reject: false,
      buffer: false,
      env: { LC_ALL: 'C' },
    });
    child.stdin?.on('error', () => child.kill('SIGKILL')); // it is gone: the reader below hears of it
    return new Addr2line(child);
  }

  /** The lines of an address; none when the debug info does not cover it. One question at a time. */
  lines(address: bigint): Promise<readonly AddressLine[]> {
    const answer = this.#tail.then(() => this.#ask(address));
    this.#tail = answer.catch(() => undefined);
    return answer;
  }

  close(): void {
    this.#reader.close();
    this.#child.stdin?.destroy();
    this.#child.kill('SIGKILL');
  }

  #ask(address: bigint): Promise<readonly AddressLine[]> {
    const wait = { name: 'addr2line to answer', deadlineMs: answerDeadlineMs, blame: 'host' } as const;
    return within(wait, async () => {
      this.#child.stdin?.write(`0x${address.toString(16)}\n${nowhere}\n`);
      const found: AddressLine[] = [];
      await this.#next(); // the address
      for (let fn = await this.#next(); !/^0x0*1$/.test(fn); fn = await this.#next()) {
        const [, file, line] = /^(.*):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(await this.#next()) ?? [];
        if (file !== undefined && file !== '??' && Number(line) > 0)
          found.push({ fn, file, line: Number(line) });
      }
      await this.#next(); // `??`
      await this.#next(); // `??:0`
      return found;
    });
  }

  async #next(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done !== true) return value;
    throw new LastrefError('addr2line ended in the middle of an answer', { blame: 'host' });
  }
}
