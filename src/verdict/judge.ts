import type { Blame } from '../kit/errors.js';
import { comesOfStain } from './noise.js';
import {
  type ConsoleReport,
  type Outcome,
  outcomes,
  type Reason,
  type Splat,
  type Verdict,
  type Witness,
} from './types.js';

/** Everything that was seen of one scenario, as plain values. */
export interface Observation {
  /** Why this kernel or shape cannot be asked. */
  readonly skip?: string;
  /** Something that is not the kernel's doing went wrong. */
  readonly error?: {
    readonly blame: Blame;
    readonly message: string;
    /** The host gave the guest no time, or let it miscount it. */
    readonly isStarved?: boolean;
  };
  /** The scenario saw the kernel do what it must not. `promise` names the ask it broke. */
  readonly assertion?: { readonly message: string; readonly promise?: string };
  /** A removal, or another task, that the kernel keeps: asleep, or at work without end. */
  readonly blocked?:
    | {
        readonly what: string;
        readonly how: 'blocked' | 'spinning';
        readonly symbol?: string;
        /** Innermost first, a function a line. */
        readonly stack?: string;
        /** How long it was watched. */
        readonly waitedMs: number;
        readonly promise?: string;
      }
    | undefined;
  readonly console: ConsoleReport;
  readonly guest:
    | 'running'
    | 'off-asked'
    | 'panicked'
    | 'vanished'
    | 'silent'
    | 'slow'
    | 'powered-off'
    | 'flooded';
  readonly guestDetail?: string;
  /** Bytes free in a pool before the scenario, and after everything was given back. */
  readonly pool?: readonly { readonly baseline: number; readonly after: number }[];
  /** Bytes found in the wrong hands. */
  readonly canaries?: readonly {
    /** Words that are not what their owner wrote, of how many. */
    readonly bad: number;
    readonly of: number;
    readonly detail: string;
    readonly promise?: string | undefined;
  }[];
  /** Names of the promises that the scenario asks for. */
  readonly asks: readonly string[];
}

interface Finding extends Reason {
  readonly outcome: Outcome;
  readonly promise?: string;
}

const found = (outcome: Outcome, witness: Witness, detail: string, promise?: string): Finding => ({
  outcome,
  witness,
  detail,
  ...(promise === undefined ? {} : { promise }),
});

/** The verdict on one scenario. Pure: the same observation gives the same verdict. */
export function judge(seen: Observation): Verdict {
  const findings = [
    ...fromSplats(seen),
    ...fromGuest(seen),
    ...fromAssertion(seen),
    ...fromBlocked(seen),
    ...fromMemory(seen),
    ...fromError(seen),
    ...fromSkip(seen),
    ...fromLosses(seen),
  ]
    .map((finding) => inLightOfGuest(finding, seen))
    .sort((a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome));
  const first = findings[0];
  const asides = seen.console.splats.flatMap((splat) =>
    splat.noise === null || isDeadly(splat)
      ? []
      : [{ witness: 'console' as const, detail: `known noise ${splat.noise} (${splat.title})` }],
  );
  const accepted = seen.console.lost.flatMap((loss) =>
    loss.accepted === undefined
      ? []
      : [{ witness: 'completeness' as const, detail: `${loss.detail} (${loss.accepted})` }],
  );
  const reasons = [...findings.map(({ witness, detail }) => ({ witness, detail })), ...asides, ...accepted];
  if (first === undefined) {
    return { outcome: 'PASS', headline: holds(seen.asks), reasons, broken: [] };
  }
  const broken = first.outcome === 'FAIL' ? promisesBroken(findings, seen.asks) : [];
  return { outcome: first.outcome, headline: headlineOf(first, broken), reasons, broken };
}

/** What lies in memory and in the pool is not the doing of a kernel that trips over its own locks. */
const untouchedByNoise: readonly Witness[] = ['canary', 'pool'];

/**
 * A CPU that did not execute what memory held proves nothing. Nor does what a kernel did that fell over known noise, as far as
 * that may come of it: it is told, not held against the kernel.
 */
function inLightOfGuest(finding: Finding, { console }: Observation): Finding {
  const first = console.splats.find((splat) => splat.noise === null || isDeadly(splat));
  if (first === undefined || (first.class !== 'EMULATOR' && !isDeadly(first))) return finding;
  if (isDeadly(first) && untouchedByNoise.includes(finding.witness)) return finding;
  return found('MISS', finding.witness, finding.detail);
}

/** Known noise that took the guest along: lockdep's own end, not any noise that a panic came after. */
const isDeadly = (splat: Splat): boolean =>
  splat.noise !== null && splat.origin !== 'userspace' && splat.fatal && comesOfStain(splat);

/** Reports that do not say that the kernel broke a promise: the guest is too small, a detector gave up. */
const otherwise: Readonly<Record<string, readonly [Outcome, Witness]>> = {
  RESOURCE: ['MISS', 'harness'],
  EMULATOR: ['MISS', 'harness'],
  'LOCKDEP-OFF': ['MISS', 'completeness'],
};

function fromSplats({ console, error }: Observation): Finding[] {
  // The kernel's watchdogs bark at a clock that runs wrong, and at CPUs that the host does not run.
  const isHosts = ({ class: kind }: Splat): boolean => kind === 'HANG' && error?.isStarved === true;
  return console.splats
    .filter((splat) => splat.noise === null || isDeadly(splat))
    .map((splat) => {
      if (splat.noise !== null)
        return found('MISS', 'console', `the guest died of known noise ${splat.noise} (${splat.title})`);
      const [outcome, witness] = isHosts(splat)
        ? (['MISS', 'harness'] as const)
        : (otherwise[splat.class] ?? (['FAIL', 'console'] as const));
      const more = splat.aftermath.length === 0 ? '' : `, then ${splat.aftermath[0]}`;
      const doubt = splat.corrupted === null ? '' : ` (report damaged: ${splat.corrupted})`;
      const who =
        splat.origin === 'unrecorded'
          ? ', unless a program wrote that to the console: the kernel’s log does not have it'
          : '';
      return found(
        outcome,
        witness,
        `the kernel reported ${splat.title}${more}${doubt}${who}`,
        'guest-survives',
      );
    });
}

function fromGuest({ guest, guestDetail, console }: Observation): Finding[] {
  const detail = guestDetail === undefined || guestDetail === '' ? '' : `: ${guestDetail}`;
  switch (guest) {
    case 'running':
    case 'off-asked':
      return [];
    case 'panicked':
      return [found('FAIL', 'guest', `the kernel panicked${detail}`, 'guest-survives')];
    case 'powered-off':
      return [
        found(
          'FAIL',
          'guest',
          `the guest went down in the middle of the scenario without being asked${detail}`,
          'guest-survives',
        ),
      ];
    case 'silent':
      return [found('FAIL', 'hang', `hang: the guest no longer answers${detail}`, 'guest-survives')];
    case 'slow':
      return [found('MISS', 'harness', `the guest was too slow on this host to be judged${detail}`)];
    case 'vanished':
      // QEMU gone with a panic on the console is the panic's doing; without one, the host's or QEMU's.
      return console.splats.some((splat) => splat.fatal && splat.noise === null)
        ? [found('FAIL', 'guest', `the guest was gone after a fatal report${detail}`, 'guest-survives')]
        : [found('MISS', 'harness', `the guest vanished without a panic${detail}`)];
    case 'flooded':
      return [
        found('MISS', 'completeness', `the console was flooded, so it was not read to its end${detail}`),
      ];
  }
}

function fromAssertion({ assertion }: Observation): Finding[] {
  return assertion === undefined ? [] : [found('FAIL', 'assertion', assertion.message, assertion.promise)];
}

function fromBlocked({ blocked }: Observation): Finding[] {
  if (blocked === undefined) return [];
  const where = blocked.symbol === undefined ? '' : ` in ${blocked.symbol}`;
  const how = blocked.how === 'spinning' ? 'spins' : 'is blocked';
  const stack = blocked.stack === undefined ? '' : `\n${blocked.stack}`;
  const seconds = (blocked.waitedMs / 1000).toFixed(1);
  return [
    found(
      'FAIL',
      'hang',
      `${blocked.what} never came back from the kernel: it ${how}${where}, watched for ${seconds} s${stack}`,
      blocked.promise,
    ),
  ];
}

function fromMemory({ pool, canaries }: Observation): Finding[] {
  const leaks = (pool ?? []).flatMap(({ baseline, after }) => {
    if (after === baseline) return [];
    const what =
      after < baseline
        ? `${baseline - after} bytes did not come back`
        : `${after - baseline} bytes too many came back`;
    return [
      found(
        'FAIL',
        'pool',
        `the pool is not whole: ${what} (${after} free, ${baseline} before)`,
        'pool-balances',
      ),
    ];
  });
  const wrong = (canaries ?? []).flatMap(({ bad, of, detail, promise }) =>
    bad > 0
      ? [
          found(
            'FAIL',
            'canary',
            `${bad} of ${of} words are not what their owner wrote: ${detail}`,
            promise ?? 'no-page-in-two-hands',
          ),
        ]
      : [],
  );
  return [...leaks, ...wrong];
}

function fromError({ error, guest }: Observation): Finding[] {
  if (error === undefined) return [];
  // Whatever the test tripped over when the machine was taken from under it is no fault of the test.
  if (error.blame === 'test' && (guest === 'vanished' || guest === 'flooded')) {
    return [found('MISS', 'harness', error.message)];
  }
  if (error.blame === 'kernel') return [found('FAIL', 'assertion', error.message)];
  return error.blame === 'test' || error.blame === 'user'
    ? [found('ERROR', 'declared', error.message)]
    : [found('MISS', 'harness', error.message)];
}

function fromSkip({ skip }: Observation): Finding[] {
  return skip === undefined ? [] : [found('SKIP', 'declared', skip)];
}

/** A hole in what was watched: nothing seen through it is no proof. It never hides a SKIP's reason. */
function fromLosses({ console, skip }: Observation): Finding[] {
  if (skip !== undefined) return [];
  return console.lost
    .filter((loss) => loss.accepted === undefined)
    .map((loss) => found('MISS', 'completeness', `coverage lost: ${loss.detail}`));
}

function promisesBroken(findings: readonly Finding[], asks: readonly string[]): string[] {
  const failures = findings.filter((finding) => finding.outcome === 'FAIL');
  const named = failures.flatMap((finding) => (finding.promise === undefined ? [] : [finding.promise]));
  return [...new Set(named.length > 0 ? named : asks)];
}

function headlineOf(first: Finding, broken: readonly string[]): string {
  const sentence = (first.detail.split('\n')[0] ?? '').replace(/[.\s]+$/, '');
  return broken.length === 0 ? sentence : `${broken.join(', ')} broken: ${sentence}`;
}

function holds(asks: readonly string[]): string {
  return asks.length === 0 ? 'nothing was seen amiss' : `${asks.join(', ')} held`;
}
