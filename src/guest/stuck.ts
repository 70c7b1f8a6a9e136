import { until } from '../kit/wait.js';
import type { RunningGuest } from './guest.js';

/** One look at a task of a probe, from /proc/PID/task/TID. */
export interface TaskLook {
  readonly pid: number;
  readonly tid: number;
  /** The probe's file. */
  readonly program: string;
  /** D waits and takes no signal, R runs. */
  readonly state: string;
  /** Symbol it waits in, `0` when it runs. */
  readonly wchan: string;
  /** CPU time so far, in ticks (10 ms): its own, and the kernel's on its behalf. */
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly switches: number;
  /** Functions, innermost first. Of a task that runs: as it was when it last gave up its CPU. */
  readonly stack: readonly string[];
}

/** A task that does not come back from the kernel. */
export interface StuckTask {
  readonly how: 'blocked' | 'spinning';
  readonly look: TaskLook;
  /** What the CPUs were doing, a few times over, for a task that spins: the kernel's NMI backtraces. */
  readonly backtraces: readonly string[];
  readonly watchedMs: number;
}

/** How long (ms, fast host) a task is watched before it is called stuck. */
const watchMs = 2000;

/** Kernel time (ticks) without a tick of its own that makes a running task a spinning one: half a second. */
const fewestTicks = 50;

/** Backtraces taken of a task that spins: what they share is where it is kept. */
const samples = 3;

// $0 is the folder of the probes. One look at all of their tasks costs two processes and what it prints.
const script = `for exe in $(ls -l /proc/[0-9]*/exe 2>/dev/null | sed -n "s|.* /proc/\\([0-9]*\\)/exe -> $0/\\([^ ]*\\).*|\\1:\\2|p"); do
for task in /proc/\${exe%%:*}/task/[0-9]*; do
echo "task \${exe%%:*} \${task##*/} \${exe#*:}"
echo "stat $(cat $task/stat)"
echo "wchan $(cat $task/wchan)"
grep ctxt_switches $task/status
cat $task/stack
done
done`;

/** Reads what the script prints. Lenient: a task may end while it is looked at. */
export function parseLooks(text: string): TaskLook[] {
  return text
    .split(/^task /m)
    .slice(1)
    .flatMap((part) => {
      const [, pid, tid, program] = /^(\d+) (\d+) (\S+)/.exec(part) ?? [];
      // The command's name may hold blanks and brackets: state and numbers follow its last bracket.
      const stat = /^stat .*\) (\w) (.*)$/m.exec(part);
      if (pid === undefined || tid === undefined || stat === null) return [];
      const numbers = (stat[2] ?? '').split(' ').map(Number);
      const switches = [...part.matchAll(/ctxt_switches:\s*(\d+)/g)].map(([, count]) => Number(count));
      return [
        {
          pid: Number(pid),
          tid: Number(tid),
          program: program ?? '',
          state: stat[1] ?? '?',
          wchan: /^wchan (\S+)/m.exec(part)?.[1] ?? '0',
          userTicks: numbers[10] ?? 0,
          systemTicks: numbers[11] ?? 0,
          switches: switches.reduce((sum, count) => sum + count, 0),
          stack: [...part.matchAll(/^\[<[0-9a-f]+>\] ([\w.$]+)\+0x/gm)].map(([, fn]) => fn ?? ''),
        },
      ];
    });
}

/** Whether nothing but the kernel can have kept this task busy from one look to the other. */
export function keptBy(first: TaskLook, last: TaskLook): StuckTask['how'] | null {
  const own = last.userTicks - first.userTicks;
  const kernel = last.systemTicks - first.systemTicks;
  const both = (state: string): boolean => first.state === state && last.state === state;
  if (both('D') && own + kernel === 0 && first.switches === last.switches && first.wchan === last.wchan)
    return 'blocked';
  return both('R') && kernel >= own * 10 ? 'spinning' : null;
}

/**
 * Looks for a probe that the kernel does not let go: asleep without taking signals, or at work in the kernel and
 * nowhere else, for as long as it is watched. Null when there is none: the probe itself does not answer.
 */
export async function findStuck(guest: RunningGuest): Promise<StuckTask | null> {
  const look = async (): Promise<TaskLook[]> =>
    parseLooks((await guest.exec(['sh', '-c', script, '/probes'])).stdout);
  const since = performance.now();
  const enoughMs = guest.patience(watchMs);
  const first = new Map((await look()).map((one) => [one.tid, one]));
  // The deadline is for a guest that answers no more; a look is never cut short, so none is left running behind us.
  const wait = { name: 'a look at the probes', deadlineMs: enoughMs * 4, signal: guest.signal };
  const stuck = await until({ ...wait, everyMs: 300 }, async () => {
    const kept = (await look()).flatMap((one) => {
      const before = first.get(one.tid);
      const how = before === undefined ? null : keptBy(before, one);
      return how === null ? [] : [{ how, look: one }];
    });
    for (const tid of [...first.keys()]) if (!kept.some((one) => one.look.tid === tid)) first.delete(tid);
    return kept.length === 0 || performance.now() - since >= enoughMs ? kept : undefined;
  });
  const found = stuck.find(
    ({ how, look: { tid, systemTicks } }) =>
      how === 'blocked' || systemTicks - (first.get(tid)?.systemTicks ?? systemTicks) >= fewestTicks,
  );
  if (found === undefined) return null;
  const backtraces: string[] = [];
  for (let sample = 0; found.how === 'spinning' && sample < samples; sample++)
    backtraces.push(await cpuBacktraces(guest));
  return { ...found, backtraces, watchedMs: performance.now() - since };
}

/** What the busy CPUs do, as the kernel prints it on request (sysrq-l, an NMI to each); '' when it does not. */
async function cpuBacktraces(guest: RunningGuest): Promise<string> {
  const asked = 'sysrq: Show backtrace of all active CPUs';
  await guest.write('/proc/sysrq-trigger', 'l');
  const log = (await guest.exec(['sh', '-c', 'dmesg | tail -n 400'])).stdout;
  const at = log.lastIndexOf(asked);
  return at < 0 ? '' : log.slice(at, at + 64 * 1024);
}
