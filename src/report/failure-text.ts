import type { ScenarioResult } from '../artifacts/result.js';
import { sourceLines } from '../verdict/decode.js';
import type { Outcome, Splat } from '../verdict/types.js';

/** Longest text of one splat inside a report; the whole of it is a file in the run directory. */
const longestSplat = 64 * 1024;

export function isFailed(outcome: Outcome): boolean {
  return outcome === 'FAIL' || outcome === 'ERROR' || outcome === 'MISS';
}

/** `p2pdma/fork/late` → area `p2pdma`, name `fork/late`. */
export function splitId(id: string): { readonly area: string; readonly name: string } {
  const slash = id.indexOf('/');
  return slash < 0
    ? { area: 'scenarios', name: id }
    : { area: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** Scenarios by area, in the order in which the areas are met. */
export function byArea(scenarios: readonly ScenarioResult[]): Map<string, ScenarioResult[]> {
  const areas = new Map<string, ScenarioResult[]>();
  for (const scenario of scenarios) {
    const { area } = splitId(scenario.id);
    areas.set(area, [...(areas.get(area) ?? []), scenario]);
  }
  return areas;
}

/** The first splat that counts: not known noise. */
export function firstSplat({ splats }: ScenarioResult): string | null {
  const splat = splats.find(({ noise }) => noise === null);
  return splat === undefined ? null : splatText(splat);
}

/** A splat as people read it: where and whom to ask, then the text, decoded where it could be. */
export function splatText({ raw, decoded, source }: Splat): string {
  const lines = source === undefined ? [] : sourceLines(source);
  const text = [...lines, decoded ?? raw].join('\n');
  const cut = text.length - longestSplat;
  return cut > 0 ? `${text.slice(0, longestSplat)}\n... ${cut} characters more in the evidence` : text;
}

/** What was kept of a scenario, as paths in the run directory. */
export function evidencePaths({ id, evidence }: ScenarioResult): string[] {
  return evidence.map((file) => `scenarios/${id}/${file}`);
}

/** Why the outcome is what it is: one line a reason, then what was lost of the console. */
export function reasonLines({ verdict, lost }: ScenarioResult): string[] {
  return [
    ...verdict.reasons.map(({ witness, detail }) => `${witness}: ${detail}`),
    ...verdict.broken.map((promise) => `broken promise: ${promise}`),
    ...lost.map(({ kind, detail }) => `coverage lost (${kind}): ${detail}`),
  ];
}
