import type { RunResult } from '../artifacts/result.js';
import { formatDuration } from '../kit/duration.js';
import { oneLine, terminalSafe } from '../kit/terminal-safe.js';
import type { BuildProgress, ProgressEvent, RunStart, ScenarioEnd, ScenarioStep } from './progress.js';
import { paint, paintOutcome, type Style } from './style.js';

/** Lines of a splat that are shown; the whole of it is in the evidence. */
const splatLines = 10;

interface Slot {
  readonly id: string;
  readonly sinceMs: number;
  readonly doing: string;
  readonly doingSinceMs: number;
}

/**
 * A run as people read it. Returns a function from each event to the text to write for it: lines that stay, and on a
 * live terminal a block below them with a line per guest, redrawn in place. Nothing is written here.
 */
export function terminalReport(style: Style): (event: ProgressEvent) => string {
  const slots = new Map<number, Slot>();
  const phases = new Map<string, string>();
  let start: RunStart | null = null;
  const building = new Map<string, BuildProgress>();
  let drawn = 0;

  const live = (t: number): string[] => {
    const free = start === null || slots.size === 0 ? 0 : start.jobs;
    const places = new Set([...slots.keys(), ...Array.from({ length: free }, (_, slot) => slot)]);
    const guests = [...places].sort((a, b) => a - b).map((slot) => describeSlot(slot, slots.get(slot), t));
    const lines = [...[...building.values()].map(describeBuild), ...guests];
    return lines.map((line) => `  ${oneLine(line, style.columns - 3)}`);
  };

  const lasting = (event: ProgressEvent): string[] => {
    switch (event.kind) {
      case 'run-start':
        start = event;
        return describeStart(event);
      case 'build-progress': {
        const before = building.get(`${event.what} ${event.name}`) ?? null;
        building.set(`${event.what} ${event.name}`, event);
        return style.live || !worthLine(before, event) ? [] : [describeBuild(event)];
      }
      case 'build-end':
        building.delete(`${event.what} ${event.name}`);
        return event.cached
          ? [`${event.what} ${event.name}: ready (cached)`]
          : [`${event.what} ${event.name}: made in ${formatDuration(event.durationMs)}`];
      case 'scenario-start':
        slots.set(event.slot, { id: event.id, sinceMs: event.t, doing: 'starting', doingSinceMs: event.t });
        return style.live ? [] : [`....  ${oneLine(event.id)}`];
      case 'scenario-step': {
        const slot = slots.get(event.slot);
        slots.set(event.slot, {
          id: event.id,
          sinceMs: slot?.sinceMs ?? event.t,
          doing: event.doing,
          doingSinceMs: slot?.doing === event.doing ? slot.doingSinceMs : event.t,
        });
        const news = phases.get(event.id) !== event.phase;
        phases.set(event.id, event.phase);
        return style.live || !news ? [] : [describeStep(event)];
      }
      case 'scenario-end':
        slots.delete(event.slot);
        phases.delete(event.id);
        return describeEnd(style, event);
      case 'notice':
        return [
          event.level === 'warning'
            ? paint(style, 'yellow', `warning: ${oneLine(event.text, 500)}`)
            : oneLine(event.text, 500),
        ];
      case 'tick':
        return [];
      case 'run-end':
        slots.clear();
        building.clear();
        return summaryLines(style, event.result, event.directory, start);
    }
  };

  return (event) => {
    const lines = lasting(event);
    if (!style.live) return lines.map((line) => `${line}\n`).join('');
    const block = event.kind === 'run-end' ? [] : live(event.t);
    const erase = drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : '';
    drawn = block.length;
    return (
      erase +
      [...lines, ...block.map((line) => paint(style, 'dim', line))].map((line) => `${line}\n`).join('')
    );
  };
}

/** What this guest does, since when, and for how long it has been at that alone once it takes its time. */
function describeSlot(slot: number, guest: Slot | undefined, t: number): string {
  if (guest === undefined) return `[${slot + 1}] idle`;
  const { id, sinceMs, doing, doingSinceMs } = guest;
  const lasts = t - doingSinceMs;
  const long = lasts < 2000 || sinceMs === doingSinceMs ? '' : ` (for ${formatDuration(lasts)})`;
  return `[${slot + 1}] ${id} ${formatDuration(t - sinceMs)}: ${doing}${long}`;
}

function describeStart(run: RunStart): string[] {
  const mutant = run.mutant === null ? '' : `, seeded with ${run.mutant}`;
  return [
    oneLine(
      `kernel ${run.kernel.name} ${run.kernel.release}${mutant} - ${run.accelerator} (${run.why})`,
      300,
    ),
    oneLine(
      `${count(run.scenarios, 'scenario')}, ${count(run.jobs, 'guest')} at a time (${run.whyJobs}) - ${run.directory}`,
      400,
    ),
  ];
}

/** `kernel linux-6.12-kasan: compiling 420 of 1550, 4 min 10 s left`. */
export function describeBuild({ what, name, doing, done, expected, leftMs }: BuildProgress): string {
  const amount = done === null ? '' : ` ${done}${expected === null ? '' : ` of ${expected}`}`;
  const left = leftMs === null ? '' : `, ${formatDuration(leftMs)} left`;
  return oneLine(`${what} ${name}: ${doing}${amount}${left}`);
}

/** A log gets a line when something else is being done, and at every tenth of it. */
function worthLine(before: BuildProgress | null, now: BuildProgress): boolean {
  if (before === null || before.doing !== now.doing) return true;
  if (now.done === null || now.expected === null || now.expected <= 0) return false;
  const tenth = (done: number | null): number => Math.floor(((done ?? 0) * 10) / (now.expected ?? 1));
  return tenth(now.done) > tenth(before.done);
}

function describeStep({ id, doing, phase }: ScenarioStep): string {
  return `....  ${oneLine(id)}  ${phase}: ${oneLine(doing)}`;
}

function describeEnd(style: Style, end: ScenarioEnd): string[] {
  const took = end.durationMs === null ? '' : `  ${formatDuration(end.durationMs)}`;
  const again = end.attempts > 1 ? `  (attempt ${end.attempts})` : '';
  const lines = [`${paintOutcome(style, end.outcome)} ${oneLine(end.id)}${took}${again}`];
  const isPlain = end.known === undefined && (end.outcome === 'PASS' || end.outcome === 'DONE');
  if (isPlain) return lines;
  const isNews = end.known?.state === 'unexpected-pass';
  lines.push(`      ${paint(style, isNews ? 'yellow' : 'dim', oneLine(end.headline, 400))}`);
  if (end.outcome === 'SKIP' || end.known !== undefined) return lines;
  if (end.splat !== null) lines.push(...excerpt(end.splat).map((line) => `      | ${line}`));
  lines.push(
    `      evidence:  ${oneLine(end.evidence, 400)}`,
    `      reproduce: ${oneLine(end.reproduce, 400)}`,
  );
  return lines;
}

/** The first lines of a splat, safe to show, at most ten in all. */
export function excerpt(splat: string): string[] {
  const lines = terminalSafe(splat.slice(0, 64 * 1024))
    .split('\n')
    .map((line) => oneLine(line, 160))
    .filter((line) => line !== '');
  if (lines.length <= splatLines) return lines;
  return [
    ...lines.slice(0, splatLines - 1),
    `... ${lines.length - splatLines + 1} lines more in the evidence`,
  ];
}

function summaryLines(style: Style, result: RunResult, directory: string, start: RunStart | null): string[] {
  const { counts } = result;
  const lines = [''];
  const name = result.kernel === null ? 'no kernel' : `kernel ${result.kernel.name} ${result.kernel.release}`;
  lines.push(oneLine(start === null ? name : `${name} - ${start.accelerator} (${start.why})`, 300));
  lines.push(paint(style, 'bold', oneLine(result.headline, 400)));
  for (const { id, known } of result.scenarios) {
    if (known?.state !== 'unexpected-pass') continue;
    lines.push(
      paint(style, 'yellow', `UNEXPECTED PASS of ${oneLine(id)}: this kernel does not have ${known.finding}`),
    );
  }
  const undecided = counts.ERROR + counts.MISS;
  if (undecided > 0) {
    lines.push(
      `of the failed, ${counts.ERROR} ERROR (the test) and ${counts.MISS} MISS (harness or host): no verdict on the kernel`,
    );
  }
  for (const { why, guests } of result.coldStarts ?? [])
    lines.push(oneLine(`${count(guests, 'guest')} booted cold: ${why}`, 400));
  const took = result.durationMs === null ? '' : `took ${formatDuration(result.durationMs)} - `;
  lines.push(oneLine(`${took}evidence: ${directory}`, 500));
  lines.push(closingLine(counts));
  return lines;
}

/** `N passed, N failed, N skipped`: DONE counts as passed, ERROR and MISS as failed. */
export function closingLine(counts: RunResult['counts']): string {
  return `${counts.PASS + counts.DONE} passed, ${counts.FAIL + counts.ERROR + counts.MISS} failed, ${counts.SKIP} skipped`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
