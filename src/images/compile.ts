import { readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { KernelSpec } from '../config/kernel.js';
import { writeJson } from '../kit/atomic.js';
import { until } from '../kit/wait.js';
import { applyMutant, applyPatch } from './apply.js';
import { command } from './command.js';
import { configure } from './configure.js';
import type { Ingredients } from './ingredients.js';
import { make } from './make.js';
import type { BuildOptions } from './progress.js';
import { hashOf, readJson } from './store.js';
import type { Tree } from './tree.js';

/** What a build leaves in its tree for the next one. */
interface TreeState {
  /** Objects of the last full build. */
  readonly objects?: number;
  /** Process group of the make that is running, or that was killed. */
  readonly building?: number;
  /** What the .config in the object folder was made from. */
  readonly configured?: { readonly inputs: string; readonly unknown: string[] };
  /** Files that patches have ever changed here, as they were when the objects were made from them. */
  readonly built?: Readonly<Record<string, { readonly hash: string; readonly time: number }>>;
}

/** Gives files that are again as the objects saw them their old time, so that make leaves them alone. */
async function settleTimes(tree: Tree, touched: readonly string[], state: TreeState): Promise<void> {
  for (const file of touched) {
    const at = path.join(tree.src, file);
    const bytes = await readFile(at).catch(() => undefined);
    const before = state.built?.[file];
    if (bytes === undefined || before === undefined || hashOf(bytes) !== before.hash) continue;
    await utimes(at, before.time / 1000, before.time / 1000);
  }
}

async function record(tree: Tree, touched: readonly string[]): Promise<NonNullable<TreeState['built']>> {
  const built: Record<string, { hash: string; time: number }> = {};
  for (const file of touched) {
    const at = path.join(tree.src, file);
    const bytes = await readFile(at).catch(() => undefined);
    if (bytes !== undefined) built[file] = { hash: hashOf(bytes), time: (await stat(at)).mtimeMs };
  }
  return built;
}

/** Lines that a full build of the named kernels prints; the estimate for a tree that was never built. */
const usualObjects = 1900;

/** Waits until no process of a killed build is left: they die at once, but not at the same instant as their leader. */
async function untilGone(group: number, signal?: AbortSignal): Promise<void> {
  await until(
    { name: `the build that was killed (process group ${group})`, deadlineMs: 20_000, signal, blame: 'host' },
    async () => {
      try {
        process.kill(-group, 0);
        return undefined;
      } catch {
        return true;
      }
    },
  );
}

/**
 * Removes results that a killed build may have left half-written. Kbuild writes `.X.cmd` after X
 * (scripts/Kbuild.include: if_changed), so an X newer than its .cmd was not finished.
 */
async function dropHalfWritten(obj: string, signal?: AbortSignal): Promise<void> {
  const { stdout } = await command('find', ['.', '-type', 'f', '-printf', '%T@ %P\\0'], {
    purpose: `look for what a killed build left in ${obj}`,
    cwd: obj,
    signal,
  });
  const times = new Map<string, number>();
  for (const line of stdout.toString('utf8').split('\0')) {
    const blank = line.indexOf(' ');
    if (blank > 0) times.set(line.slice(blank + 1), Number(line.slice(0, blank)));
  }
  for (const [file, time] of times) {
    const record = times.get(path.join(path.dirname(file), `.${path.basename(file)}.cmd`));
    // tools/ keeps no record of its archives: without them objtool is made anew, and every object after it
    const isUnrecorded = /\.[oa]$/.test(file) && !/^tools\/.*\.a$/.test(file);
    const unfinished = record === undefined ? isUnrecorded : record < time;
    if (unfinished) await rm(path.join(obj, file), { force: true });
  }
}

async function change(tree: Tree, parts: Ingredients, log: string, options: BuildOptions): Promise<string[]> {
  const { journal } = tree;
  if (journal === null) return [];
  const target = { src: tree.src, journal, signal: options.signal, logs: path.dirname(log) };
  for (const patch of parts.patches) {
    options.onProgress?.({ phase: 'patch', message: `applying ${patch.name}` });
    await applyPatch(patch, target);
  }
  if (parts.mutant !== null) {
    options.onProgress?.({ phase: 'patch', message: `applying the mutant ${parts.mutant.name}` });
    await applyMutant(parts.mutant, target);
  }
  return journal.changed();
}

const isKconfig = (file: string): boolean => /(^|\/)Kconfig[^/]*$|^scripts\/kconfig\//.test(file);

/** Patches, configures and compiles in the tree, which the caller has locked. Returns symbols the kernel lacks. */
export async function compile(
  tree: Tree,
  spec: KernelSpec,
  parts: Ingredients,
  log: string,
  options: BuildOptions,
): Promise<string[]> {
  const file = path.join(tree.folder, 'state.json');
  let state = (await readJson<TreeState>(file)) ?? {};
  const save = async (next: TreeState): Promise<void> => {
    state = next;
    await writeJson(file, state);
  };
  if (state.building !== undefined) {
    await untilGone(state.building, options.signal);
    await dropHalfWritten(tree.obj, options.signal);
  }
  const changed = await change(tree, parts, log, options);
  const touched = [...new Set([...Object.keys(state.built ?? {}), ...changed])];
  const inputs = hashOf(parts.kconfig ?? '', ...parts.fragments.map((one) => one.text));
  const reusable = parts.kconfig !== null && !changed.some(isKconfig) && state.configured?.inputs === inputs;
  let unknown = state.configured?.unknown ?? [];
  if (!reusable) {
    options.onProgress?.({ phase: 'configure', message: `configuring ${spec.name}` });
    const { configured: _old, ...without } = state;
    await save(without);
    ({ unknown } = await configure(tree, spec, parts.fragments, options.signal));
  }
  await settleTimes(tree, touched, state);
  const { built: _built, ...rest } = state;
  const own = parts.source.kind !== 'pristine' || touched.length > 0;
  const { objects } = await make(
    tree,
    spec,
    {
      log,
      expected: state.objects ?? usualObjects,
      blame: own ? 'user' : 'host',
      onStart: (group) => save({ ...rest, building: group }),
      onEnd: () => save(rest),
    },
    options,
  );
  await save({
    objects: Math.max(objects, state.objects ?? 0),
    built: await record(tree, touched),
    ...(changed.some(isKconfig) ? {} : { configured: { inputs, unknown } }),
  });
  return unknown;
}
