import { createHash } from 'node:crypto';
import { createReadStream, constants as fsConstants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as tar from 'tar';
import { diskError, writeAtomic } from '../kit/atomic.js';
import { LastrefError } from '../kit/errors.js';
import { scenarioPaths } from './layout.js';

const manifestName = 'MANIFEST.sha256';

export interface Bundle {
  readonly file: string;
  readonly sha256: string;
  /** Member names, sorted, without the manifest. */
  readonly members: readonly string[];
}

/**
 * Packs a run, or one scenario of it with the run's own files, as `output` (.tar.gz). The same files give the same
 * bytes: sorted members, no times, no owners, plain modes. MANIFEST.sha256 inside is readable by `sha256sum -c`.
 * A symlink that leads out of the run is refused.
 */
export async function bundleRun(
  directory: string,
  output: string,
  { scenario }: { scenario?: string | undefined } = {},
): Promise<Bundle> {
  const root = await realpath(directory);
  const files = await listFiles(root, root);
  const chosen = scenario === undefined ? files : files.filter(belongsTo(root, scenario));
  if (scenario !== undefined && !chosen.some((name) => name.startsWith('scenarios/'))) {
    throw new LastrefError(`the run ${directory} has no scenario \`${scenario}\``, { blame: 'user' });
  }
  const prefix = safeMember(path.basename(root));
  await mkdir(path.dirname(path.resolve(output)), { recursive: true });
  const stage = await mkdtemp(path.join(path.dirname(path.resolve(output)), '.bundle-'));
  try {
    await stageFiles(root, chosen, path.join(stage, prefix));
    const members = [...chosen, manifestName].map((name) => `${prefix}/${name}`).sort();
    const made = path.join(stage, 'bundle.tar.gz');
    await tar.create(
      {
        cwd: stage,
        file: made,
        gzip: { level: 9 },
        portable: true,
        mtime: new Date(0),
        noDirRecurse: true,
        strict: true,
      },
      members,
    );
    const sha256 = await sha256Of(made);
    await rename(made, output);
    return { file: output, sha256, members: chosen };
  } catch (error) {
    throw diskError(error, output);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

function belongsTo(root: string, scenario: string): (name: string) => boolean {
  const folder = path.relative(root, scenarioPaths(root, scenario).directory);
  return (name) => !name.startsWith('scenarios/') || name.startsWith(`${folder}/`);
}

/** Files below `directory` as sorted paths relative to `root`. Dotfiles (lock, half-written files) are left out. */
async function listFiles(root: string, directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(directory)) {
    if (name.startsWith('.')) continue;
    const file = path.join(directory, name);
    const relative = safeMember(path.relative(root, file));
    const entry = await lstat(file);
    if (entry.isDirectory()) found.push(...(await listFiles(root, file)));
    else if (entry.isFile()) found.push(relative);
    else if (entry.isSymbolicLink()) found.push(await insideLink(root, file, relative));
    // Sockets and fifos of a run that is still going on hold no evidence.
  }
  return found.sort();
}

/** A link to a file of the run is packed as that file; anything else a link can lead to is refused. */
async function insideLink(root: string, file: string, relative: string): Promise<string> {
  const target = await realpath(file);
  if (target.startsWith(`${root}${path.sep}`) && (await lstat(target)).isFile()) return relative;
  throw new LastrefError(`${file} is a symbolic link to ${target}, which is no file of this run`, {
    blame: 'user',
    hint: 'remove the link, or put a copy in its place',
  });
}

/** The name itself, or an error: members must stay in their folder wherever they are unpacked. */
function safeMember(name: string): string {
  const problem = memberProblem(name);
  if (problem === null) return name;
  throw new LastrefError(`cannot pack ${JSON.stringify(name)}: ${problem}`, { blame: 'user' });
}

function memberProblem(name: string): string | null {
  if (/[\u0000-\u001f\u007f\\]/.test(name)) return 'the name holds a control character or a backslash';
  if (name === '' || name.startsWith('/')) return 'the name is not relative';
  if (name.split('/').some((part) => part === '..' || part === '.' || part === '')) {
    return 'the name leads out of its folder';
  }
  return null;
}

/** Copies first, then sums and packs the copies: a run that is still going on cannot change under the manifest. */
async function stageFiles(root: string, names: readonly string[], stage: string): Promise<void> {
  await mkdir(stage, { recursive: true });
  const sums: string[] = [];
  for (const name of names) {
    const copy = path.join(stage, name);
    await mkdir(path.dirname(copy), { recursive: true });
    await copyFile(path.join(root, name), copy, fsConstants.COPYFILE_FICLONE);
    await chmod(copy, name.endsWith('.sh') ? 0o755 : 0o644);
    sums.push(`${await sha256Of(copy)}  ${name}\n`);
  }
  await writeAtomic(path.join(stage, manifestName), sums.join(''));
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Reads a bundle without unpacking it; one sentence per thing that is wrong, none when it is whole. */
export async function verifyBundle(file: string): Promise<string[]> {
  const problems: string[] = [];
  const sums = new Map<string, string>();
  let manifest: string | null = null;
  const pending: Promise<void>[] = [];
  await tar.list({
    file,
    strict: true,
    onReadEntry: (entry) => {
      const problem = memberProblem(entry.path);
      if (problem !== null || entry.type !== 'File') {
        problems.push(`${JSON.stringify(entry.path)}: ${problem ?? `is a ${entry.type}, not a plain file`}`);
        entry.resume();
        return;
      }
      const name = entry.path.slice(entry.path.indexOf('/') + 1);
      const hash = createHash('sha256');
      const text: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => {
        hash.update(chunk);
        if (name === manifestName) text.push(chunk);
      });
      pending.push(
        new Promise((resolve, reject) => {
          entry.on('error', reject);
          entry.on('end', () => {
            if (name === manifestName) manifest = Buffer.concat(text).toString('utf8');
            else sums.set(name, hash.digest('hex'));
            resolve();
          });
        }),
      );
    },
  });
  await Promise.all(pending);
  if (manifest === null) return [...problems, `there is no ${manifestName}`];
  return [...problems, ...compareSums(manifest, sums)];
}

function compareSums(manifest: string, sums: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const listed = new Set<string>();
  for (const line of manifest.split('\n').filter((one) => one !== '')) {
    const name = line.slice(66);
    listed.add(name);
    const sum = sums.get(name);
    if (sum === undefined) problems.push(`${name}: is missing`);
    else if (sum !== line.slice(0, 64)) problems.push(`${name}: differs from its sum`);
  }
  for (const name of sums.keys()) if (!listed.has(name)) problems.push(`${name}: is not in the manifest`);
  return problems;
}
