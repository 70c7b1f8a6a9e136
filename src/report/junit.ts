import type { RunRecord } from '../artifacts/record.js';
import type { ScenarioResult } from '../artifacts/result.js';
import { isVerdict } from '../verdict/types.js';
import { byArea, evidencePaths, firstSplat, isFailed, reasonLines, splitId } from './failure-text.js';
import { type Markup, markup } from './markup.js';

/** The run as JUnit XML: FAIL is a failure, ERROR and MISS are errors, SKIP is skipped; an area is a test suite. */
export function junitReport({ result, scenarios }: RunRecord): string {
  const suites = [...byArea(scenarios)].map(([area, members]) => suiteOf(area, members, result.startedAt));
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="lastref" ${totals(scenarios)}>
${suites}</testsuites>
`.text;
}

function totals(scenarios: readonly ScenarioResult[]): Markup {
  const count = (is: (scenario: ScenarioResult) => boolean): number => scenarios.filter(is).length;
  const took = scenarios.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  return markup`tests="${scenarios.length}" failures="${count(({ outcome }) => outcome === 'FAIL')}" errors="${count(
    ({ outcome }) => !isVerdict(outcome),
  )}" skipped="${count(({ outcome }) => outcome === 'SKIP')}" time="${seconds(took)}"`;
}

function suiteOf(area: string, members: readonly ScenarioResult[], startedAt: string): Markup {
  return markup`  <testsuite name="${area}" timestamp="${startedAt.replace(/\.\d+Z$/, 'Z')}" ${totals(members)}>
${members.map(caseOf)}  </testsuite>
`;
}

function caseOf(scenario: ScenarioResult): Markup {
  const { area, name } = splitId(scenario.id);
  return markup`    <testcase classname="${area}" name="${name}" time="${seconds(scenario.durationMs ?? 0)}">
${outcomeOf(scenario)}${outputOf(scenario)}    </testcase>
`;
}

function outcomeOf(scenario: ScenarioResult): Markup | null {
  const { outcome, verdict } = scenario;
  const text = [scenario.title, ...reasonLines(scenario), `reproduce: ${scenario.reproduce}`].join('\n');
  switch (outcome) {
    case 'FAIL':
      return markup`      <failure type="${verdict.broken[0] ?? verdict.reasons[0]?.witness ?? 'kernel'}" message="${verdict.headline}">${text}</failure>
`;
    case 'ERROR':
    case 'MISS':
      return markup`      <error type="${outcome}" message="${verdict.headline}">${text}</error>
`;
    case 'SKIP':
      return markup`      <skipped message="${verdict.headline}"/>
`;
    case 'PASS':
    case 'DONE':
      return scenario.known === undefined
        ? null
        : markup`      <properties><property name="known" value="${verdict.headline}"/></properties>
`;
  }
}

function outputOf(scenario: ScenarioResult): Markup | null {
  const splat = isFailed(scenario.outcome) ? firstSplat(scenario) : null;
  const lines = [
    ...evidencePaths(scenario).map((file) => `evidence: ${file}`),
    ...(splat === null ? [] : ['', splat]),
  ];
  return lines.length === 0
    ? null
    : markup`      <system-out>${lines.join('\n')}</system-out>
`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
