import type { RunRecord } from '../artifacts/record.js';
import type { Event, ScenarioResult } from '../artifacts/result.js';
import { formatDuration } from '../kit/duration.js';
import { outcomes } from '../verdict/types.js';
import { evidencePaths, firstSplat, isFailed, reasonLines } from './failure-text.js';
import { stylesheet } from './html-style.js';
import { Markup, markup } from './markup.js';
import { closingLine } from './terminal.js';

/** Events of one scenario that the page shows; the file has them all. */
const mostEvents = 1000;

/** The run as one page that needs nothing but itself: no script, no font, no picture from anywhere. */
export function htmlReport(record: RunRecord): string {
  const { result, plan } = record;
  const kernel = result.kernel === null ? 'no kernel' : `${result.kernel.name} ${result.kernel.release}`;
  const took = result.durationMs === null ? '' : `, ${formatDuration(result.durationMs)}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${result.outcome} - ${kernel} - lastref</title>
<style>${new Markup(stylesheet)}</style>
</head>
<body>
<header>
<h1><b class="outcome ${result.outcome}">${result.outcome}</b> ${kernel}</h1>
<p class="headline">${result.headline}</p>
<p>${counts(record)}</p>
<p class="quiet">run ${result.id}, ${result.startedAt}${took}, ${plan?.accelerator ?? 'unknown accelerator'}, lastref ${result.version}</p>
</header>
<main>
<table class="scenarios">
<thead><tr><th>Outcome</th><th>Scenario</th><th class="number">Time</th></tr></thead>
<tbody>
${record.scenarios.map((scenario) => scenarioRow(scenario, record.timelines[scenario.id] ?? []))}</tbody>
</table>
<h2>Kernel and host</h2>
${facts({ ...result.kernel?.provenance, ...(plan?.mutant == null ? {} : { mutant: plan.mutant }), ...result.host })}
</main>
</body>
</html>
`.text;
}

function counts({ result }: RunRecord): Markup {
  const shown = outcomes.filter((outcome) => result.counts[outcome] > 0);
  const chips = shown.map(
    (outcome) => markup`<b class="outcome ${outcome}">${result.counts[outcome]} ${outcome}</b> `,
  );
  return markup`${chips}<span class="quiet">${closingLine(result.counts)}</span>`;
}

function scenarioRow(scenario: ScenarioResult, timeline: readonly Event[]): Markup {
  const open = scenario.outcome === 'FAIL' ? new Markup(' open') : null;
  const took = scenario.durationMs === null ? '' : formatDuration(scenario.durationMs);
  return markup`<tr id="${scenario.id}">
<td><b class="outcome ${scenario.outcome}">${scenario.outcome}</b></td>
<td><details${open}><summary><code>${scenario.id}</code> ${scenario.title}${
    scenario.outcome === 'PASS'
      ? null
      : markup`<br><span class="headline">${scenario.verdict.headline}</span>`
  }</summary>
${detail(scenario, timeline)}</details></td>
<td class="number">${took}${scenario.attempts > 1 ? markup`<br>attempt ${scenario.attempts}` : null}</td>
</tr>
`;
}

function detail(scenario: ScenarioResult, timeline: readonly Event[]): Markup {
  const reasons = reasonLines(scenario).map((line) => markup`<li>${line}</li>`);
  const splat = firstSplat(scenario);
  const files = evidencePaths(scenario).map(
    (file, index) => markup`<li><a href="${link(file)}">${scenario.evidence[index]}</a></li>`,
  );
  return markup`${reasons.length > 0 ? markup`<ul class="reasons">${reasons}</ul>` : null}
${splat === null ? null : markup`<pre class="splat">${splat}</pre>`}
${aftermath(scenario)}
<p>${isFailed(scenario.outcome) ? 'Reproduce' : 'Ask again'}: <code>${scenario.reproduce}</code></p>
<p class="quiet">asks ${scenario.asks.join(', ') || 'nothing by name'}; shape ${scenario.shape}; ${scenario.accelerator ?? 'no guest'}${
    scenario.bootMs === null
      ? ''
      : `; ${scenario.start?.kind === 'clone' ? 'woken as a clone' : 'booted'} in ${formatDuration(scenario.bootMs)}`
  }</p>
${files.length > 0 ? markup`<details><summary>Evidence (${files.length})</summary><ul>${files}</ul></details>` : null}
${timeline.length > 0 ? timelineTable(timeline) : null}
`;
}

function aftermath({ splats }: ScenarioResult): Markup | null {
  const rest = splats
    .slice(1)
    .map(({ title, noise }) => (noise === null ? title : `${title} (known noise: ${noise})`));
  const after = [...(splats[0]?.aftermath ?? []).map((title) => `${title} (aftermath)`), ...rest];
  return after.length === 0
    ? null
    : markup`<ul class="quiet">${after.map((title) => markup`<li>${title}</li>`)}</ul>`;
}

/** A link into the run directory. Encoding keeps `javascript:` and the like from being a scheme. */
function link(file: string): string {
  return `./${file.split('/').map(encodeURIComponent).join('/')}`;
}

function timelineTable(timeline: readonly Event[]): Markup {
  const rows = timeline.slice(0, mostEvents).map(({ t, source, event, scenario: _of, ...more }) => {
    const rest = Object.entries(more).map(
      ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    return markup`<tr class="from-${source}"><td class="number">${(t / 1000).toFixed(3)}</td><td>${source}</td><td>${event}</td><td>${rest.join(' ').slice(0, 400)}</td></tr>
`;
  });
  const cut = timeline.length - rows.length;
  return markup`<details><summary>Timeline (${timeline.length} events)</summary>
<table class="timeline"><thead><tr><th class="number">s</th><th>from</th><th>event</th><th></th></tr></thead><tbody>
${rows}</tbody></table>
${cut > 0 ? markup`<p class="quiet">${cut} more in events.jsonl</p>` : null}</details>`;
}

function facts(values: Readonly<Record<string, string>>): Markup {
  const rows = Object.entries(values).map(
    ([name, value]) => markup`<tr><th>${name}</th><td>${value}</td></tr>
`,
  );
  return markup`<table class="facts">
${rows}</table>`;
}
