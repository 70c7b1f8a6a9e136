import type { RunRecord } from '../artifacts/record.js';
import type { ScenarioResult } from '../artifacts/result.js';
import { oneLine } from '../kit/terminal-safe.js';
import { byArea, firstSplat, isFailed, reasonLines, splitId } from './failure-text.js';
import { excerpt } from './terminal.js';

/**
 * The run as KTAP, one subtest an area (Documentation/dev-tools/ktap.rst). ERROR and MISS carry the ERROR directive:
 * no verdict on the kernel.
 */
export function ktapReport({ scenarios }: RunRecord): string {
  const areas = [...byArea(scenarios)];
  const lines = ['KTAP version 1', `1..${areas.length}`];
  areas.forEach(([area, members], index) => {
    lines.push('  KTAP version 1', `  # Subtest: ${oneLine(area)}`, `  1..${members.length}`);
    members.forEach((scenario, number) => {
      lines.push(...caseLines(scenario, number + 1).map((line) => `  ${line}`));
    });
    lines.push(`${ok(members.some(({ outcome }) => isFailed(outcome)))} ${index + 1} ${description(area)}`);
  });
  return `${lines.join('\n')}\n`;
}

function ok(failed: boolean): string {
  return failed ? 'not ok' : 'ok';
}

/** A `#` in a description would start a directive. */
function description(name: string): string {
  return oneLine(name).replaceAll('#', '_');
}

function caseLines(scenario: ScenarioResult, number: number): string[] {
  const { outcome } = scenario;
  const failed = isFailed(outcome);
  const diagnostics = failed
    ? [
        ...reasonLines(scenario),
        ...excerpt(firstSplat(scenario) ?? ''),
        `evidence: scenarios/${scenario.id}/`,
      ]
    : [];
  return [
    ...diagnostics.map((line) => `# ${oneLine(line, 300)}`),
    `${ok(failed)} ${number} ${description(splitId(scenario.id).name)}${directive(scenario)}`,
  ];
}

function directive({ outcome, known, verdict: { headline } }: ScenarioResult): string {
  if (known !== undefined) return ` # XFAIL ${oneLine(headline)}`;
  if (outcome === 'SKIP') return ` # SKIP ${oneLine(headline)}`;
  if (outcome === 'ERROR') return ` # ERROR ${oneLine(headline)}`;
  if (outcome === 'MISS') return ` # ERROR MISS: ${oneLine(headline)}`;
  return '';
}
