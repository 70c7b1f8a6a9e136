import { isVerdict, type Known, type Outcome, outcomes } from '../verdict/types.js';

export interface Summary {
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly headline: string;
}

interface Summed {
  readonly id: string;
  readonly outcome: Outcome;
  readonly known?: Known;
}

/**
 * What a run comes to. Exit code: 0 when every scenario is PASS, DONE or SKIP; 1 when the kernel broke a promise;
 * 69 when something else failed or nothing was asked; 130 when the user interrupted.
 */
export function summarise(
  scenarios: readonly Summed[],
  { interrupted = false }: { interrupted?: boolean } = {},
): Summary {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of scenarios) counts[outcome]++;
  const worst = outcomes.find((outcome) => counts[outcome] > 0) ?? 'ERROR'; // nothing asked is no success
  const outcome = interrupted && worst !== 'FAIL' ? 'ERROR' : worst;
  const headline = sentence(scenarios, counts);
  return {
    outcome,
    exitCode: interrupted ? 130 : outcome === 'FAIL' ? 1 : isVerdict(outcome) ? 0 : 69,
    counts,
    headline: interrupted ? `interrupted: ${headline}` : headline,
  };
}

function sentence(scenarios: readonly Summed[], counts: Readonly<Record<Outcome, number>>): string {
  if (scenarios.length === 0) return 'nothing was asked: no scenario was chosen';
  const of = (outcome: Outcome): string => {
    const ids = scenarios.filter((scenario) => scenario.outcome === outcome).map(({ id }) => id);
    return ids.length > 3 ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more` : ids.join(', ');
  };
  if (counts.FAIL > 0) return `the kernel broke a promise in ${of('FAIL')}`;
  if (counts.ERROR > 0) return `no verdict on ${of('ERROR')}: the test failed`;
  if (counts.MISS > 0) return `no verdict on ${of('MISS')}: the harness or the host failed`;
  if (counts.SKIP === scenarios.length)
    return `nothing could be asked: all ${counts.SKIP} scenarios were skipped`;
  const skipped = counts.SKIP > 0 ? `, ${counts.SKIP} could not be asked` : '';
  const findings = findingsOf(scenarios, 'known-failure');
  const known = findings.length === 0 ? [] : scenarios.filter((one) => one.known?.state === 'known-failure');
  const broke =
    known.length === 0 ? '' : `, and broke it in ${known.length} as is known (${findings.join(', ')})`;
  const kept = counts.PASS + counts.DONE - known.length;
  return `the kernel kept its word in ${kept} of ${scenarios.length} scenarios${broke}${skipped}`;
}

/** Names of the findings that were met in this way. */
export function findingsOf(
  scenarios: readonly Pick<Summed, 'known'>[],
  state: Known['state'],
): readonly string[] {
  const names = scenarios.flatMap(({ known }) => (known?.state === state ? [known.finding] : []));
  return [...new Set(names)].sort();
}
