import type { RunRecord } from '../../../src/artifacts/record.js';
import { summarise } from '../../../src/artifacts/summarise.js';
import type { Outcome } from '../../../src/verdict/types.js';
import { samplePlan, sampleResult, sampleSplat } from '../../artifacts/support/sample-run.js';

/** What a hostile guest would like to get into a report. */
export const hostile = '</pre><script>alert(1)</script>]]>&\'"\u0000\u001b[31m\ufffe # SKIP\nnext';

/** A run with one scenario of every outcome; the failing one is full of hostile text. */
export function sampleRecord(): RunRecord {
  const outcomes: Outcome[] = ['PASS', 'FAIL', 'ERROR', 'MISS', 'SKIP', 'DONE'];
  const ids = outcomes.map(
    (outcome) => `${outcome === 'DONE' ? 'bench' : 'p2pdma'}/${outcome.toLowerCase()}`,
  );
  const plan = { ...samplePlan('/runs', ids), id: '20260102-030405-abcdef' };
  const scenarios = outcomes.map((outcome, index) => {
    const result = sampleResult(plan, ids[index] ?? '', outcome, `why ${outcome}`);
    if (outcome !== 'FAIL') return result;
    const verdict = { ...result.verdict, headline: `broke ${hostile}` };
    return {
      ...result,
      verdict,
      splats: [sampleSplat(`BUG: KASAN: ${hostile}`)],
      evidence: ['a b?.log'],
    };
  });
  return {
    directory: plan.directory,
    plan,
    result: {
      id: plan.id,
      version: '0.1.0',
      ...summarise(scenarios),
      startedAt: plan.startedAt,
      durationMs: 65_000,
      kernel: { name: plan.kernel.name, release: plan.kernel.release, provenance: plan.kernel.provenance },
      host: plan.host,
      scenarios,
    },
    scenarios,
    timelines: {
      'p2pdma/fail': [
        { t: 1.5, source: 'scenario', event: 'step', step: 'disk.hold()' },
        { t: 2000.25, source: 'probe', event: hostile, text: hostile },
      ],
    },
  };
}
