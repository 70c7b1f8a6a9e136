import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, LastrefError } from '../kit/errors.js';
import { home, projectRoot } from '../kit/paths.js';

/** Every path of a run directory that belongs to the run as a whole. */
export interface RunPaths {
  readonly directory: string;
  readonly plan: string;
  readonly result: string;
  readonly events: string;
  readonly scenarios: string;
  /** Locked (flock) by the process that writes this run, for as long as it lives. */
  readonly lock: string;
}

/** Every path of one scenario's folder. */
export interface ScenarioPaths {
  readonly directory: string;
  readonly result: string;
  readonly events: string;
  readonly console: string;
  readonly dmesg: string;
  readonly splats: string;
  readonly qemuArgv: string;
  readonly qemuLog: string;
  readonly qmp: string;
  readonly reproduce: string;
  readonly splat: (number: number) => string;
  readonly probeLog: (probe: string) => string;
  /** Folder of attempt 2 and later, with the same names inside; the first attempt has the scenario's own folder. */
  readonly attempt: (number: number) => string;
}

export function runPaths(directory: string): RunPaths {
  const at = (name: string): string => path.join(directory, name);
  return {
    directory,
    plan: at('plan.json'),
    result: at('result.json'),
    events: at('events.jsonl'),
    scenarios: at('scenarios'),
    lock: at('.lock'),
  };
}

export function scenarioPaths(runDirectory: string, id: string): ScenarioPaths {
  const directory = path.join(runDirectory, 'scenarios', ...scenarioSegments(id));
  const at = (name: string): string => path.join(directory, name);
  return {
    directory,
    result: at('result.json'),
    events: at('events.jsonl'),
    console: at('console.log'),
    dmesg: at('dmesg.log'),
    splats: at('splats'),
    qemuArgv: at('qemu.argv'),
    qemuLog: at('qemu.log'),
    qmp: at('qmp.jsonl'),
    reproduce: at('reproduce.sh'),
    splat: (number) => path.join(directory, 'splats', `${number}.txt`),
    probeLog: (probe) => at(`probe-${safeSegment(probe)}.log`),
    attempt: (number) => (number <= 1 ? directory : at(`attempt-${number}`)),
  };
}

function safeSegment(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._@+-]*$/.test(name)) return name;
  throw new LastrefError(`\`${name}\` cannot be a file name in a run directory`, {
    blame: 'user',
    hint: 'names start with a letter or digit and hold letters, digits, and . _ @ + - only',
  });
}

function scenarioSegments(id: string): string[] {
  return id.split('/').map(safeSegment);
}

/** Sorts by start time, unique when several runs start in the same second: `20261122-081530-3fa9c1`. */
export function newRunId(now: Date = new Date()): string {
  const [day = '', time = ''] = now.toISOString().split('T');
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${randomBytes(3).toString('hex')}`;
}

/**
 * Where runs are kept: `--runs DIR`, then LASTREF_RUNS, then ./runs in the checkout; when the checkout is
 * read-only, $XDG_STATE_HOME/lastref/runs or ~/.local/state/lastref/runs.
 */
export async function runsRoot(
  option?: string,
  env: NodeJS.ProcessEnv = process.env,
  checkout: string = projectRoot,
): Promise<string> {
  const told = option ?? env['LASTREF_RUNS'];
  if (told !== undefined && told !== '') return path.resolve(told);
  const own = path.join(checkout, 'runs');
  if (await canWriteIn(own)) return own;
  const state = env['XDG_STATE_HOME'];
  const base = state !== undefined && path.isAbsolute(state) ? state : path.join(home(env), '.local/state');
  return path.join(base, 'lastref', 'runs');
}

async function canWriteIn(directory: string): Promise<boolean> {
  try {
    await mkdir(directory);
    return true;
  } catch (error) {
    if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) return false;
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  return access(directory, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Points `runs/latest` at a run; a reader sees the old run or the new one, never nothing. */
export async function pointLatest(runs: string, id: string): Promise<void> {
  const temporary = path.join(runs, `.latest.${process.pid}.${randomBytes(4).toString('hex')}`);
  await symlink(id, temporary);
  try {
    await rename(temporary, path.join(runs, 'latest'));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The directory of a run named by its id, by `latest` or by a path. */
export async function findRun(runs: string, name: string): Promise<string> {
  for (const directory of [path.join(runs, name), path.resolve(name)]) {
    if (await isRun(directory)) {
      return name === 'latest' ? path.join(runs, await readlink(path.join(runs, name))) : directory;
    }
  }
  throw new LastrefError(`no run \`${name}\` in ${runs}`, {
    blame: 'user',
    hint: '`ls` that folder for the runs that were kept, or give the path of a run directory; `latest` is the newest',
  });
}

async function isRun(directory: string): Promise<boolean> {
  try {
    return (await stat(path.join(directory, 'result.json'))).isFile();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return false;
    throw error;
  }
}
