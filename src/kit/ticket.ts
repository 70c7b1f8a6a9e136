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
   * Asked with what the present holders say, again and again: what to write on a ticket of one's own, or undefined to
   * wait on. Nobody else is asked at the same moment. Who waits does not stop who asks for less.
   */
  readonly enter: (held: readonly string[]) => Promise<string | undefined>;
  readonly signal?: AbortSignal | undefined;
  /** Pause between the first two questions, in ms; it gets shorter, so that who waits longest asks most often. */
  readonly everyMs?: number;
}

/** What a ticket says is always this long, in bytes, so that it can be overwritten in place and is never read half. */
const recordBytes = 512;

/**
 * One child per ticket, all of it flock(2): it stands in the door, counts the tickets that are held (a lock that can be
 * had is a dead holder's, and its ticket is removed), takes its own when told to, and ends with us. Between two
 * questions the door is free: a process that was stopped in its wait must not stop the others.
 */
const doorkeeper = `
while :; do
  exec 8>>door.lock && setpriv --pdeathsig KILL -- flock 8 || exit 1
  for t in ticket-*; do
    [ -e "$t" ] || continue
    if flock --nonblock "$t" true; then rm -f "$t"; else echo "held $t"; fi
  done
  echo counted
  read -r word || exit 0
  [ "$word" = enter ] && break
  exec 8>&-
  read -r word || exit 0
done
exec 9>>"$1" && flock --nonblock 9 || exit 1
exec 8>&-
echo entered
exec cat >/dev/null`;

const leastPauseMs = 50;

/** Takes a ticket in `folder` as soon as `enter` agrees. */
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
  let pauseMs = options.everyMs ?? 300;
  try {
    let held: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('held ')) held.push(line.slice('held '.length));
      else if (line === 'entered') {
        return { release, tell: (text) => write(file, text) };
      } else if (line === 'counted') {
        signal?.throwIfAborted();
        const text = await options.enter(await Promise.all(held.map((one) => read(path.join(folder, one)))));
        held = [];
        if (text !== undefined) {
          await write(file, text);
          child.stdin.write('enter\n');
          continue;
        }
        child.stdin.write('wait\n');
        await delay(pauseMs, undefined, { signal });
        pauseMs = Math.max(leastPauseMs, pauseMs * 0.97);
        child.stdin.write('again\n');
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
