import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LastrefError } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';
import { command, lastLines } from './command.js';
import { exists } from './image.js';
import { type Journal, replaceFile } from './journal.js';
import type { Mutant } from './mutant.js';
import { type Patch, patchedPaths } from './patch-files.js';
import { makeTemporary } from './store.js';

export interface Target {
  readonly src: string;
  readonly journal: Journal;
  readonly signal?: AbortSignal | undefined;
  /** Where rejects are kept when a patch does not apply. */
  readonly logs: string;
}

async function keepRejects(patch: Patch, paths: readonly string[], target: Target): Promise<string> {
  const folder = path.join(target.logs, `rejects-${patch.name.replaceAll(/[^\w.-]+/g, '-')}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'patch'), patch.text);
  for (const file of paths) {
    const reject = path.join(target.src, `${file}.rej`);
    if (await exists(reject)) await cp(reject, path.join(folder, `${file.replaceAll('/', '-')}.rej`));
  }
  return folder;
}

/** Applies one patch to the tree; a patch that does not fit leaves its rejects behind as evidence. */
export async function applyPatch(patch: Patch, target: Target): Promise<void> {
  const paths = patchedPaths(patch.text.toString('latin1'), patch.name);
  await target.journal.keep([...paths, ...paths.map((file) => `${file}.rej`)]);
  // git must not take the cache for a part of some repository around it: it would skip every path in silence
  const env = { GIT_CEILING_DIRECTORIES: path.dirname(target.src), GIT_CONFIG_NOSYSTEM: '1' };
  const { exitCode, stderr } = await command('git', ['apply', '--reject', '--whitespace=nowarn', '-'], {
    purpose: `apply ${patch.name}`,
    cwd: target.src,
    env,
    input: patch.text,
    signal: target.signal,
    accept: [1, 128],
  });
  if (exitCode === 0) return;
  const complaints = stderr.split('\n').filter((line) => line.startsWith('error:'));
  throw new LastrefError(
    `${patch.name} does not apply\n${lastLines(complaints.length > 0 ? complaints.join('\n') : stderr)}`,
    {
      blame: 'user',
      exitCode: 125,
      evidence: await keepRejects(patch, paths, target),
      hint: 'rebase the series onto this kernel; the evidence folder holds the rejected hunks',
    },
  );
}

/** Macros of newer kernels that Coccinelle 1.1 takes for syntax errors: functions that carry them would be invisible. */
const unknownMacros = [
  '__context_unsafe(...)',
  '__no_context_analysis',
  '__guarded_by(...)',
  '__pt_guarded_by(...)',
];

/** Applies a semantic patch file by file; one that changes nothing anywhere is an error. Files that this kernel lacks are passed over. */
export async function applyMutant(mutant: Mutant, target: Target): Promise<void> {
  if (mutant.path.endsWith('.patch')) {
    return applyPatch({ name: path.basename(mutant.path), text: Buffer.from(mutant.text) }, target);
  }
  const scratch = await makeTemporary(path.join(cacheRoot(), 'tmp'));
  try {
    let changed = 0;
    const missing: string[] = [];
    const macros = path.join(scratch, '.macros.h');
    await writeFile(macros, unknownMacros.map((macro) => `#define ${macro}\n`).join(''));
    for (const file of mutant.files) {
      const from = path.join(target.src, file);
      const before = await readFile(from).catch(() => undefined);
      // a bug that moved between versions names both places
      if (before === undefined) {
        missing.push(file);
        continue;
      }
      const to = path.join(scratch, path.basename(file));
      await rm(to, { force: true });
      // written elsewhere: in-place spatch writes through the hard link into the pristine tree
      const words = ['--very-quiet', '--macro-file', macros, '--sp-file', mutant.path, from, '-o', to];
      const { exitCode, stderr } = await command('spatch', words, {
        purpose: `apply the mutant ${mutant.name} to ${file}`,
        blame: 'user',
        signal: target.signal,
        cwd: scratch,
        accept: [255], // also how it ends when a file has none of the words it looks for
      });
      if (exitCode !== 0 && !stderr.includes('there are no modified files')) {
        throw new LastrefError(`the mutant ${mutant.name} is not a semantic patch\n${lastLines(stderr)}`, {
          blame: 'user',
          exitCode: 125,
        });
      }
      const after = await readFile(to).catch(() => before);
      if (after.equals(before)) continue;
      changed += 1;
      await target.journal.keep([file]);
      await replaceFile(to, from, (await stat(from)).mode & 0o7777);
    }
    if (changed > 0) return;
    const present = mutant.files.filter((file) => !missing.includes(file));
    const why = [
      ...(present.length > 0 ? [`nothing in ${present.join(', ')} matches it`] : []),
      ...(missing.length > 0 ? [`this kernel has no ${missing.join(', ')}`] : []),
    ];
    throw doesNotApply(mutant, why.join(', and '));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function doesNotApply(mutant: Mutant, why: string): LastrefError {
  return new LastrefError(`the mutant ${mutant.name} does not apply: ${why}`, {
    blame: 'user',
    exitCode: 125,
    hint: `try it by hand: spatch --sp-file ${mutant.path} FILE`,
  });
}
