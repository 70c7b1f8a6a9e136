import { randomBytes } from 'node:crypto';
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { EventLog } from '../artifacts/events.js';
import type { RunPlan } from '../artifacts/result.js';
import type { RunningGuest } from '../guest/guest.js';
import { openFiles } from '../guest/open-files.js';
import type { GuestOrigin } from '../guest/origin.js';
import { listProbes } from '../guest/probe-build.js';
import { type StartSpec, startGuest } from '../guest/start.js';
import { GuestUnderTest } from '../guest/under-test.js';
import { diskError, writeAtomic } from '../kit/atomic.js';
import { LastrefError, messageOf } from '../kit/errors.js';
import { Random } from '../kit/random.js';
import { shellWord } from '../kit/shell-word.js';
import { within } from '../kit/wait.js';
import type { Observation } from '../verdict/judge.js';
import { tellOrigins } from '../verdict/origin.js';
import { ConsoleScanner } from '../verdict/scanner.js';
import { keepBlockedTasks } from './blocked-tasks.js';
import { judgeBoot, templatesFor, withBoot } from './boot-log.js';
import { capabilities } from './capabilities.js';
import { keepCoverage } from './coverage-data.js';
import { decodeRun, namesOf } from './decode.js';
import { findShape } from './discover.js';
import { Expectations } from './expect.js';
import { factOf } from './kernel-facts.js';
import { keepKernelLog, mergeIntoTimeline } from './kernel-log.js';
import { makeKeyPair } from './keys.js';
import { unbindAtLast } from './last-unbind.js';
import { Ledger, matchers } from './matchers.js';
import { defaultSeed } from './narrow.js';
import { type Findings, isKept, observe } from './observe.js';
import { findPlace } from './place.js';
import { readPools, settlePools } from './pools.js';
import { notTold } from './reporters.js';
import type { Scenario } from './scenario.js';
import { splatText } from './splat-file.js';
import { keptInKernel } from './stuck.js';
import { Wounds } from './wounds.js';

export interface AttemptSpec {
  readonly id: string;
  readonly scenario: Scenario;
  readonly plan: RunPlan;
  readonly directory: string;
  /** Aborts when the run is stopped. */
  readonly signal: AbortSignal;
  /** Called when the guest answers. */
  readonly booted: () => void;
  readonly step: (doing: string, phase: 'boot' | 'ask' | 'judge') => void;
}

export interface AttemptOutcome {
  /** How often something was seen to happen. */
  readonly counters?: Readonly<Record<string, number>>;
  readonly observation: Observation;
  readonly bootMs: number | null;
  readonly origin: GuestOrigin | null;
}

/** Folder of an attempt for what need not be kept; hidden, so that no archive of a run that was killed has it. */
export const scratchName = '.scratch';

const bodyDeadlineMs = 60_000;

/** Boots a guest, asks one question in it, and collects what every witness has to say. Never raises for what the guest does. */
export async function attemptScenario(spec: AttemptSpec): Promise<AttemptOutcome> {
  const found: Findings = { pools: [], counters: {}, beganMs: 0 };
  try {
    return await attempt(spec, found);
  } finally {
    await found.place?.release();
  }
}

async function attempt(spec: AttemptSpec, found: Findings): Promise<AttemptOutcome> {
  const { id, scenario, plan, directory } = spec;
  await mkdir(path.join(directory, 'splats'), { recursive: true });
  const events = new EventLog(path.join(directory, 'events.jsonl'));
  const token = `${id} ${randomBytes(6).toString('hex')}`;
  const scanner = new ConsoleScanner({
    begin: token,
    end: token,
    release: plan.kernel.release,
    expected: scenario.options.expected ?? [],
  });
  const wounds = new Wounds();
  let guest: RunningGuest | undefined;
  let hasComplained = false;
  const onConsole = (chunk: Buffer): void => {
    for (const splat of scanner.push(chunk)) {
      events.append({
        source: 'console',
        event: 'splat',
        class: splat.class,
        title: splat.title,
        noise: splat.noise,
      });
      hasComplained ||= splat.noise === null;
      wounds.saw(splat, () => guest);
    }
  };
  try {
    const toStart = await startSpec(spec, events, onConsole);
    const start = toStart.templates === 'cold' ? 'cold' : 'clone';
    found.place = await findPlace({ id, plan, shape: toStart.shape, start, signal: spec.signal }, (what) => {
      spec.step(what, 'boot');
      events.append({ source: 'run', event: 'no-slot', what });
    });
    spec.step('booting', 'boot');
    guest = await startGuest(toStart);
    await found.place.runs(guest);
    if (guest.origin.kind === 'clone') await copyFile(guest.origin.bootLog, path.join(directory, 'boot.log'));
    spec.booted();
    await ask(spec, guest, token, events, wounds.signal, found);
  } catch (error) {
    found.thrown = diskError(error, directory);
    // A guest that never came up is gone already; its error says how.
  }
  spec.step('judging', 'judge');
  if (guest !== undefined) {
    await found.place?.measure(guest);
    const answers =
      guest.state === 'running' && (found.thrown === undefined || (await stillAnswers(guest, plan, events)));
    if (answers && isKept(found)) await keepBlockedTasks(guest, directory);
    if (answers) found.log = await keepKernelLog(guest, directory, token, found.beganMs);
    if (answers) await keepCoverage(guest, plan.kernel, directory);
    if (plan.dump === true && (found.thrown !== undefined || hasComplained)) await keepMemory(guest, events);
    await endGuest(guest, found, events);
  }
  const read = scanner.end();
  const again = `lastref console ${shellWord(path.join(directory, 'console.log'))}`;
  const decoded = await decodeRun(read.splats, plan, again);
  const scanned = { ...read, splats: tellOrigins(decoded, found.log?.records ?? []) };
  // A scenario that was cut short never wrote its end marker; its own error says so better.
  const lost = scanned.lost.filter(({ kind }) => found.thrown === undefined || kind !== 'marker-missing');
  const later = notTold(found.log?.lost ?? [], scanned.lost);
  const report = withBoot({ ...scanned, lost: [...lost, ...later] }, guest?.origin ?? null);
  for (const [index, splat] of report.splats.entries()) {
    await writeAtomic(path.join(directory, 'splats', `${index + 1}.txt`), splatText(splat));
  }
  const observation = observe(scenario, found, report);
  events.append({
    source: 'scenario',
    event: 'observed',
    guest: observation.guest,
    splats: report.splats.length,
    lost: report.lost.length,
  });
  events.close();
  await mergeIntoTimeline(events.file, found.log?.events ?? []);
  return {
    observation,
    bootMs: guest === undefined ? null : Math.round(guest.bootMs),
    counters: found.counters,
    origin: guest?.origin ?? null,
  };
}

async function startSpec(
  spec: AttemptSpec,
  events: EventLog,
  onConsole: (chunk: Buffer) => void,
): Promise<StartSpec> {
  const { plan, scenario, directory } = spec;
  return {
    name: spec.id,
    shape: await findShape(scenario.options.shape),
    kernel: plan.kernel,
    rootfs: plan.rootfs,
    accelerator: plan.accelerator,
    directory,
    scratch: path.join(directory, scratchName),
    userKey: makeKeyPair(),
    append: scenario.options.append ?? [],
    record: (source, event, fields) => void events.append({ source, event, ...fields }),
    onConsole,
    consoleLimit: scenario.options.consoleLimit,
    signal: spec.signal,
    templates: templatesFor(scenario, plan),
    probes: await listProbes(),
    judgeBoot: (console) => judgeBoot(console, plan.kernel.release),
  };
}

/** The question itself, between two markers in the kernel log. */
async function ask(
  spec: AttemptSpec,
  guest: RunningGuest,
  token: string,
  events: EventLog,
  wounded: AbortSignal,
  found: Findings,
): Promise<void> {
  const { id, scenario } = spec;
  const record = (event: string, fields: Readonly<Record<string, unknown>>): void => {
    events.append({ source: 'scenario', event, ...fields });
    spec.step(
      [event, ...Object.values(fields).filter((value) => typeof value === 'string')].join(' ').slice(0, 80),
      'ask',
    );
  };
  await openFiles(guest);
  const preparing = GuestUnderTest.prepare(guest, spec.plan.kernel.source);
  preparing.catch(() => undefined); // it is awaited below, after the marker
  const askedMs = events.elapsedMs();
  await guest.mark(`lastref: begin ${token}`);
  found.beganMs = (askedMs + events.elapsedMs()) / 2; // the marker was written somewhere in between
  const subject = await preparing;
  for (const need of scenario.options.needs ?? []) {
    const lacking = await capabilities[need](subject);
    if (lacking !== null) {
      found.skip = lacking;
      await guest.mark(`lastref: end ${token}`);
      return;
    }
  }
  const answers = (): Promise<boolean> => stillAnswers(guest, spec.plan, events);
  const before = await readPools(subject);
  const ledger = new Ledger();
  const context = { patience: (ms: number) => guest.patience(ms), record, promise: scenario.options.asks[0] };
  try {
    await within(
      {
        name: `the end of "${scenario.title}"`,
        deadlineMs: guest.patience(scenario.options.deadlineMs ?? bodyDeadlineMs),
        signal: AbortSignal.any([guest.signal, spec.signal, wounded]),
        blame: 'test',
      },
      async (signal) => {
        const expectations = new Expectations({ ...context, signal });
        await scenario.body({
          guest: subject,
          signal,
          expect: matchers(expectations, ledger),
          count: (what, times) => {
            found.counters[what] = (found.counters[what] ?? 0) + times;
          },
          counted: () => ({ ...found.counters }),
          random: new Random(spec.plan.seed ?? defaultSeed, id),
          fact: (name) => factOf(name, spec.plan.kernel.release),
        });
        await checkRemovals(subject, expectations);
      },
    );
    record('body-done', { expectations: ledger.met });
    await checkBody(scenario, subject, ledger);
    await subject.endProbes();
  } catch (error) {
    found.blocked = await keptInKernel(error, { guest, subject, answers }, context.promise);
    throw error;
  }
  found.pools = await settlePools(guest, subject, before);
  if (scenario.options.declares === undefined) {
    const signal = AbortSignal.any([guest.signal, spec.signal, wounded]);
    const last = new Expectations({ ...context, record, signal, promise: 'unbind-finishes' });
    await unbindAtLast(subject, found.pools, last);
  }
  await guest.mark(`lastref: end ${token}`);
}

/** Removals that the body began and never asked about again: the kernel owes their end, the test a look at how they ended. */
async function checkRemovals(subject: GuestUnderTest, expectations: Expectations): Promise<void> {
  for (const removal of subject.unheardRemovals) {
    const fault = await expectations.endsUnasked(removal);
    if (fault !== null) throw new LastrefError(fault, { blame: 'test' });
  }
}

/** What makes a body's end worth nothing: it left a disk held, an expectation unsettled, or expected nothing at all. */
async function checkBody(scenario: Scenario, subject: GuestUnderTest, ledger: Ledger): Promise<void> {
  const faults = ledger.open.map((name) => `nobody awaited its ${name}`);
  if (ledger.met === 0 && scenario.options.declares === undefined) faults.push('it expected nothing');
  for (const device of Object.values(subject.devices)) {
    if (!device.isHeld) continue;
    await device.release();
    faults.push(`it left ${device.id} held`);
  }
  if (faults.length > 0) {
    throw new LastrefError(`"${scenario.title}" shows nothing: ${faults.join('; ')}`, { blame: 'test' });
  }
}

/** After something went wrong: is the guest still there to be asked? */
async function stillAnswers(guest: RunningGuest, plan: RunPlan, events: EventLog): Promise<boolean> {
  try {
    const standing = await guest.diagnose(() => namesOf(plan.kernel));
    events.append({ source: 'qmp', event: 'diagnosed', standing, detail: guest.stateDetail });
    return standing === 'running';
  } catch (error) {
    // QEMU itself does not answer: that is news about the harness, beside what was thrown before.
    events.append({ source: 'qmp', event: 'diagnosis-failed', error: messageOf(error) });
    return false;
  }
}

/** The memory of a guest in which something went wrong, for `crash`. That it could not be written is no verdict. */
async function keepMemory(guest: RunningGuest, events: EventLog): Promise<void> {
  if (guest.state !== 'running' && guest.state !== 'silent') return;
  const error = await guest.dumpMemory().then(() => null, messageOf);
  events.append({ source: 'qmp', event: 'memory-dumped', error });
}

async function endGuest(guest: RunningGuest, found: Findings, events: EventLog): Promise<void> {
  found.state = guest.state;
  found.stateDetail = guest.stateDetail;
  const ended = await guest.stop();
  if (found.state === 'running') found.state = 'off-asked';
  else found.state = ended.state;
  for (const failure of ended.teardownFailures)
    events.append({ source: 'qmp', event: 'teardown-failed', failure });
}
