import type { RunningGuest } from '../guest/guest.js';
import { messageOf } from '../kit/errors.js';
import type { Loss } from '../verdict/types.js';

/** A reporter that can fall silent, and where the kernel says whether it has. Files that a kernel lacks print nothing. */
const reporters: readonly { readonly file: string; readonly silent: RegExp; readonly detail: string }[] = [
  {
    // kernel/locking/lockdep_proc.c:lockdep_stats_show
    file: '/proc/lockdep_stats',
    silent: /^ *debug_locks: +0$/m,
    detail: 'lockdep is off at the end: it reports no more',
  },
  {
    // kernel/hung_task.c: counts down with every report; -1 is without end
    file: '/proc/sys/kernel/hung_task_warnings',
    silent: /^0$/m,
    detail: 'the hung task detector has used up its reports',
  },
  {
    // kernel/dma/debug.c
    file: '/sys/kernel/debug/dma-api/disabled',
    silent: /^Y$/m,
    detail: 'DMA-API debugging is disabled at the end',
  },
];

/** What is lost, from the text of each file; one that this kernel lacks is not in the map. */
export function silentReporters(texts: ReadonlyMap<string, string>): Loss[] {
  return reporters
    .filter(({ file, silent }) => silent.test(texts.get(file) ?? ''))
    .map(({ detail }) => ({ kind: 'reporter-off', detail, at: null }));
}

/** Asks the guest, at the end, which reporters have fallen silent: a kernel that cannot complain proves nothing. */
export async function readReporters({ files }: RunningGuest): Promise<Loss[]> {
  try {
    const texts = reporters.map(
      async ({ file }): Promise<[string, string]> => [
        file,
        (await files.exists(file)) ? await files.read(file) : '',
      ],
    );
    return silentReporters(new Map(await Promise.all(texts)));
  } catch (error) {
    const detail = `whether reporters fell silent could not be read: ${messageOf(error)}`;
    return [{ kind: 'unscanned', detail, at: null }];
  }
}

/** Losses that the console does not tell of already: there they have a place, and may be accepted as known noise's doing. */
export function notTold(later: readonly Loss[], told: readonly Loss[]): Loss[] {
  const about = ({ detail }: Loss): string =>
    /^(?:the )?(lockdep|hung task|DMA-API)/.exec(detail)?.[1] ?? detail;
  return later.filter(
    (loss) => loss.kind !== 'reporter-off' || !told.some((one) => about(one) === about(loss)),
  );
}
