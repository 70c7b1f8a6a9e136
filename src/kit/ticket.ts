import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { diskError, makeFolder } from './atomic.js';
import { hasCode, LastrefError } from './errors.js';

/** One of several places that processes share; it is free again when its holder lets go or dies in any way. */
export interface Ticket {
  /** Says something else to whoever counts the tickets. */
  tell(text: string): Promise<void>;
  release(): Promise<void>;
}

export interface TicketOptions {
  /**
   * Asked at the head of the queue with what the present holders say, again and again: what to write on a ticket of
   * one's own, or undefined to wait on. Nobody else is asked meanwhile.
   */
  readonly enter: (held: readonly string[]) => Promise<string | undefined>;
  /** Called once when somebody else stands at the head of the queue. */
  readonly onQueue?: () => void;
  readonly signal?: AbortSignal | undefined;
  /** Pause between two questions, in ms. */
  readonly everyMs?: number;
}

/** What a ticket says is always this long, in bytes, so that it can be overwritten in place and is never read half. */
const recordBytes = 512;

/**
 * One child per ticket, all of it flock(2): it waits at the door, counts the tickets that are held (a lock that can be
 * had is a dead holder's, and its ticket is removed), takes its own when told to, leaves the door, and ends with us.
 */
const doorkeeper = `
exec 8>>door.lock && setpriv --pdeathsig KILL -- flock 8 || exit 1
while :; do
  for t in ticket-*; do
    [ -e "$t" ] || continue
    if flock --nonblock "$t" true; then rm -f "$t"; else echo "held $t"; fi
  done
  echo counted
  read -r word || exit 0
  [ "$word" = again ] || break
done
exec 9>>"$1" && flock --nonblock 9 || exit 1
exec 8>&-
echo entered
exec cat >/dev/null`;

/** Takes a ticket in `folder` when `enter` agrees. In the order of arrival, as far as flock(2) keeps it. */
export async function takeTicket(folder: string, options: TicketOptions): Promise<Ticket> {
  const { signal } = options;
  signal?.throwIfAborted();
  await makeFolder(folder);
  const name = `ticket-${randomBytes(6).toString('hex')}`;
  const file = path.join(folder, name);
  const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', 'sh', '-c', doorkeeper, 'sh', name], {
    cwd: folder,
    buffer: false,
    reject: false,
    detached: true, // out of the terminal's group: ^C is for us, and the place stays ours until we let go
    stderr: 'ignore',
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const release = async (): Promise<void> => {
    await rm(file, { force: true });
    child.stdin.end();
    await child;
  };
  child.stdin.on('error', () => undefined); // it ended: the lines it said tell
  const patience = setTimeout(() => options.onQueue?.(), 300);
  try {
    let held: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      clearTimeout(patience);
      if (line.startsWith('held ')) held.push(line.slice('held '.length));
      else if (line === 'entered') {
        return { release, tell: (text) => write(file, text) };
      } else if (line === 'counted') {
        signal?.throwIfAborted();
        const text = await options.enter(await Promise.all(held.map((one) => read(path.join(folder, one)))));
        if (text === undefined) await delay(options.everyMs ?? 300, undefined, { signal });
        else await write(file, text);
        child.stdin.write(text === undefined ? 'again\n' : 'enter\n');
        held = [];
      }
    }
    signal?.throwIfAborted();
    throw new LastrefError(`could not take a ticket in ${folder}`, {
      blame: 'host',
      hint: 'is util-linux (flock, setpriv) installed, and the folder writable?',
    });
  } catch (error) {
    await release();
    signal?.throwIfAborted();
    throw diskError(error, folder);
  } finally {
    clearTimeout(patience);
  }
}

async function write(file: string, text: string): Promise<void> {
  const bytes = Buffer.alloc(recordBytes, ' ');
  bytes.write(text);
  await writeFile(file, bytes, { flag: 'r+' }).catch(async (error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
    await writeFile(file, bytes);
  });
}

/** What a ticket says; nothing when it has just been given back. */
async function read(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trimEnd();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}
