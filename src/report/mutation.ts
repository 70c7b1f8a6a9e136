import type { Fate, MutantRecord, MutationState } from '../artifacts/mutation.js';
import { oneLine } from '../kit/terminal-safe.js';
import { stylesheet } from './html-style.js';
import { Markup, markup } from './markup.js';

/** In the order in which they want attention. */
const fates: readonly Fate[] = [
  'survived',
  'undecided',
  'does-not-boot',
  'does-not-build',
  'does-not-apply',
  'killed',
  'equivalent',
];

/** How many mutants met which fate, and the score: killed of those that could have been. */
export interface MutationScore {
  readonly counts: Readonly<Record<MutantRecord['fate'], number>>;
  readonly killed: number;
  readonly of: number;
  /** Median of a killed mutant's time from build to verdict, in seconds; null without one. */
  readonly medianSeconds: number | null;
}

export function scoreOf({ mutants }: Pick<MutationState, 'mutants'>): MutationScore {
  const counts = Object.fromEntries(fates.map((fate) => [fate, 0])) as Record<MutantRecord['fate'], number>;
  for (const { fate } of mutants) counts[fate] += 1;
  const times = mutants.flatMap(({ kill }) => (kill === null ? [] : [kill.seconds])).sort((a, b) => a - b);
  const of = counts.killed + counts.survived + counts.undecided + counts['does-not-boot'];
  return { counts, killed: counts.killed, of, medianSeconds: times[Math.floor(times.length / 2)] ?? null };
}

const worstFirst = (a: MutantRecord, b: MutantRecord): number =>
  fates.indexOf(a.fate) - fates.indexOf(b.fate) || (a.name < b.name ? -1 : 1);

/** `killed by p2pdma/x: zap-on-unbind (assertion), 43 s`, or why not. */
export function describeFate(record: MutantRecord): string {
  const { fate, kill, why, discounted } = record;
  const beside = kill?.otherwise === true ? ', not the promise of its header' : '';
  if (kill !== null)
    return `by ${kill.scenario}: ${kill.promise} (${kill.witness}${beside}), ${kill.seconds.toFixed(0)} s`;
  const not = discounted.map((one) => `${one.scenario}: ${one.why}`);
  return oneLine(
    [why, ...not].filter((text) => text !== '').join('; ') ||
      (fate === 'survived' ? 'no scenario saw it' : ''),
    300,
  );
}

/** The table for a terminal, what needs attention first, and the score below. */
export function mutationTable(state: MutationState): string {
  const rows = [...state.mutants].sort(worstFirst);
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const lines = rows.map(
    (record) => `${record.fate.padEnd(14)}  ${oneLine(record.name).padEnd(width)}  ${describeFate(record)}`,
  );
  return `${[...lines, '', ...controlLines(state), scoreLine(state)].join('\n')}\n`;
}

/** What the kernel without any bug failed: a bug of its own, or a false alarm. No mutant is killed by these. */
function controlLines({ control }: Pick<MutationState, 'control'>): string[] {
  return Object.entries(control)
    .filter(([, outcome]) => outcome === 'FAIL')
    .map(
      ([id]) => `FAIL without any of these bugs: ${oneLine(id)}, so it kills none of them: look at it first`,
    );
}

/** One sentence: the score, and what is not in it. */
export function scoreLine(state: Pick<MutationState, 'mutants' | 'kernel' | 'planned'>): string {
  const { mutants, planned = mutants.length } = state;
  const { counts, killed, of, medianSeconds } = scoreOf(state);
  const beside = (['does-not-apply', 'does-not-build', 'equivalent'] as const)
    .filter((fate) => counts[fate] > 0)
    .map((fate): string => `${counts[fate]} ${fate.replaceAll('-', ' ')}`);
  const median = medianSeconds === null ? '' : `, median ${medianSeconds.toFixed(0)} s from build to verdict`;
  const unasked = Math.max(0, planned - mutants.length);
  if (unasked > 0) beside.push(`${unasked} not asked yet`);
  const more = beside.length === 0 ? '' : `; besides: ${beside.join(', ')}`;
  return `${state.kernel.name} ${state.kernel.release}: ${killed} of ${of} mutants killed${median}${more}`;
}

/** The same as one self-contained page. */
export function mutationPage(state: MutationState): string {
  const rows = [...state.mutants].sort(worstFirst).map(
    (
      record,
    ) => markup`<tr><td><b class="outcome ${record.fate === 'killed' || record.fate === 'equivalent' ? 'PASS' : 'FAIL'}">${record.fate}</b></td>
<td><code>${record.name}</code><br>${record.describe}</td><td>${record.breaks.join(', ')}</td><td>${describeFate(record)}</td></tr>
`,
  );
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>mutants - ${state.kernel.name} - lastref</title>
<style>${new Markup(stylesheet)}</style>
</head>
<body>
<header><h1>Seeded bugs</h1><p class="headline">${scoreLine(state)}</p>${controlLines(state).map((line) => markup`<p>${line}</p>`)}</header>
<main><table class="scenarios">
<thead><tr><th>Fate</th><th>Mutant</th><th>Breaks</th><th>Seen</th></tr></thead>
<tbody>
${rows}</tbody></table></main>
</body>
</html>
`.text;
}
