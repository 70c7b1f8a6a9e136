import type { Phase, RaceOutcome, Role, Round } from '../guest/probe-types-race.js';
import type { PromiseName } from './promises.js';

/** Something that happens to a racer in a phase of the removal, as the probe counts it. */
export type Window = `${Role}.${RaceOutcome}.${Phase}`;

export interface Never {
  readonly what: string;
  readonly times: number;
  readonly breaks: PromiseName;
}

/**
 * What may not have happened in a round, whoever won, and how often it did. A mapping that the kernel refuses with EINVAL
 * is not among it: before 6.15 a page is free for its next owner a moment before its reference count is (mm/memremap.c:
 * free_zone_device_folio), and mm/memory.c:validate_page_before_insert refuses it then.
 */
export function neverIn(round: Round): readonly Never[] {
  const ever = (outcome: RaceOutcome): number =>
    round.count(outcome, 'before') + round.count(outcome, 'during') + round.count(outcome, 'over');
  return [
    {
      what: 'accesses that went through when unbind was over',
      times: round.count('touched', 'over'),
      breaks: 'zap-on-unbind',
    },
    {
      what: 'mappings that were made when unbind was over',
      times: round.count('mapped', 'over'),
      breaks: 'no-new-mappings',
    },
    { what: 'accesses to dead memory that went through', times: ever('revived'), breaks: 'zap-on-unbind' },
    { what: 'faults other than SIGBUS BUS_ADRERR', times: ever('odd'), breaks: 'zap-on-unbind' },
    {
      what: 'refusals other than ENODEV, ENOMEM and EINVAL',
      times: ever('refused'),
      breaks: 'refusals-are-exact',
    },
  ];
}
