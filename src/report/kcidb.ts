import type { RunRecord } from '../artifacts/record.js';
import type { ScenarioResult } from '../artifacts/result.js';
import { terminalSafe } from '../kit/terminal-safe.js';
import { firstSplat, reasonLines } from './failure-text.js';

const origin = 'lastref';
/** The schema's limit on log excerpts, in characters. */
const longestExcerpt = 16_384;

/** The run as KCIDB I/O data, schema 5.3: one checkout, one build, a test per scenario. */
export function kcidbReport({ result, scenarios, plan }: RunRecord): string {
  const checkoutId = `${origin}:${result.id}`;
  const buildId = `${origin}:${plan?.kernel.key ?? result.id}`;
  const provenance = result.kernel?.provenance ?? {};
  return `${JSON.stringify(
    {
      version: { major: 5, minor: 3 },
      checkouts: [
        {
          id: checkoutId,
          origin,
          comment: plain(
            result.kernel === null ? 'no kernel' : `${result.kernel.name} ${result.kernel.release}`,
          ),
          misc: provenance,
        },
      ],
      builds: [
        {
          id: buildId,
          checkout_id: checkoutId,
          origin,
          architecture: 'x86_64',
          config_name: plain(result.kernel?.name ?? 'unknown'),
          misc: provenance,
        },
      ],
      tests: scenarios.map((scenario) => testOf(scenario, result.id, buildId, result.host)),
    },
    null,
    2,
  )}\n`;
}

function testOf(
  scenario: ScenarioResult,
  run: string,
  buildId: string,
  host: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const path = scenario.id.replaceAll('/', '.').replace(/[^a-zA-Z0-9_.-]/g, '_');
  const splat = firstSplat(scenario);
  return {
    id: `${origin}:${run}.${path}`,
    build_id: buildId,
    origin,
    path: `${origin}.${path}`,
    // A known failure is a failure there: that it is known is an issue of its own kind.
    status: scenario.known?.state === 'known-failure' ? 'FAIL' : scenario.outcome,
    comment: plain(`${scenario.title}: ${scenario.verdict.headline}`),
    ...(scenario.startedAt === null ? {} : { start_time: scenario.startedAt }),
    ...(scenario.durationMs === null ? {} : { duration: scenario.durationMs / 1000 }),
    ...(splat === null ? {} : { log_excerpt: plain(splat).slice(0, longestExcerpt) }),
    environment: {
      comment: plain(`${scenario.shape} under ${scenario.accelerator ?? 'unknown'}`),
      misc: host,
    },
    misc: { reasons: reasonLines(scenario).map(plain), asks: scenario.asks, attempts: scenario.attempts },
  };
}

/** The schema forbids NUL in strings. */
function plain(text: string): string {
  return terminalSafe(text);
}
