import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LastrefError, messageOf } from '../kit/errors.js';
import { withLock } from '../kit/lock.js';
import { cacheRoot } from '../kit/paths.js';
import { sourceLine } from './apt-sources.js';
import { type CommandResult, command } from './command.js';
import type { BuildOptions } from './progress.js';

/** A binary package as the repository's index describes it. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly depends: string;
}

/** The archive no longer has the version that was chosen earlier. */
export class SupersededError extends LastrefError {}

const listsAreFreshForMs = 24 * 60 * 60 * 1000;
/** When asked for what is current: once for all packages of one build. */
const listsAreCurrentForMs = 60 * 1000;

const folderOf = (suite: string): string => path.join(cacheRoot(), 'apt', suite);

/** Paragraphs of `apt-cache show`. */
export function parsePackages(text: string): Package[] {
  return text
    .split(/\n\n+/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => {
      const field = (name: string): string =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1]?.trim() ?? '';
      return {
        name: field('Package'),
        version: field('Version'),
        sha256: field('SHA256'),
        depends: [field('Pre-Depends'), field('Depends')].filter((one) => one !== '').join(', '),
      };
    });
}

/** An apt world of its own: nothing of the host's lists, caches, pins or hooks is read for writing or run. */
function configuration(folder: string): string {
  return [
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    '#clear DPkg::Post-Invoke;',
    '#clear APT::Architectures;',
    'APT::Architecture "amd64";',
    'APT::Architectures { "amd64"; };',
    'APT::Sandbox::User "";',
    'Acquire::Languages "none";',
    `Dir::State "${folder}";`,
    `Dir::State::Lists "${folder}/lists";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Etc::SourceList "${folder}/sources.list";`,
    'Dir::Etc::SourceParts "/dev/null";',
    'Dir::Etc::Preferences "/dev/null";',
    'Dir::Etc::PreferencesParts "/dev/null";',
    '',
  ].join('\n');
}

function apt(
  tool: 'apt-get' | 'apt-cache',
  suite: string,
  args: string[],
  purpose: string,
  options: BuildOptions,
  cwd?: string,
): Promise<CommandResult> {
  return command(tool, ['-c', path.join(folderOf(suite), 'apt.conf'), ...args], {
    purpose,
    cwd,
    signal: options.signal,
    blame: 'host',
    hint: 'is the network (or the proxy in apt’s configuration) up? what is cached keeps working without it',
  });
}

async function listsAge(folder: string): Promise<number> {
  const names = await readdir(path.join(folder, 'lists')).catch(() => []);
  const index = names.find((name) => /_Packages(\.\w+)?$/.test(name));
  if (index === undefined) return Number.POSITIVE_INFINITY;
  const stamp = await stat(path.join(folder, 'updated')).catch(() => undefined);
  return Date.now() - (stamp?.mtimeMs ?? 0);
}

/** Makes the index of `suite` readable; asks the mirror when what is here is a day old or `update` is set. */
export async function openSuite(suite: string, options: BuildOptions = {}): Promise<void> {
  const folder = folderOf(suite);
  const isFresh = async (): Promise<boolean> =>
    (await listsAge(folder)) < (options.update === true ? listsAreCurrentForMs : listsAreFreshForMs);
  if (await isFresh()) return;
  await withLock(
    path.join(cacheRoot(), 'locks', `apt-${suite}.lock`),
    async () => {
      if (await isFresh()) return;
      options.onProgress?.({ phase: 'fetch', message: `reading the package index of ${suite}` });
      for (const sub of ['lists/partial', 'cache/archives/partial']) {
        await mkdir(path.join(folder, sub), { recursive: true });
      }
      await writeFile(path.join(folder, 'status'), '');
      await writeFile(path.join(folder, 'apt.conf'), configuration(folder));
      await writeFile(path.join(folder, 'sources.list'), await sourceLine(suite, options.signal));
      const error = ['-o', 'APT::Update::Error-Mode=any'];
      await apt('apt-get', suite, [...error, 'update'], `read the package index of Debian ${suite}`, options);
      await writeFile(path.join(folder, 'updated'), '');
    },
    {
      signal: options.signal,
      onWait: () => options.onProgress?.({ phase: 'wait', message: `another run reads ${suite}` }),
    },
  );
}

/** Names in `suite` that `pattern` matches as a whole. */
export async function matchPackages(
  suite: string,
  pattern: string,
  options: BuildOptions = {},
): Promise<string[]> {
  const { stdout } = await apt('apt-cache', suite, ['pkgnames'], `list the packages of ${suite}`, options);
  const whole = new RegExp(`^(?:${pattern})$`);
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((name) => whole.test(name));
}

/** The newest version of a package in `suite`. */
export async function describePackage(
  suite: string,
  name: string,
  options: BuildOptions = {},
): Promise<Package> {
  const noSuch = (cause?: unknown): LastrefError =>
    new LastrefError(`Debian ${suite} has no package ${name}`, { blame: 'user', cause });
  const args = ['show', '--no-all-versions', name];
  const result = await apt('apt-cache', suite, args, `look up ${name} in ${suite}`, options).catch(
    (error) => {
      if (messageOf(error).includes('No packages found')) throw noSuch(error);
      throw error;
    },
  );
  const found = parsePackages(result.stdout.toString('utf8')).find((one) => one.name === name);
  if (found === undefined) throw noSuch();
  return found;
}

/** Fetches a package (apt checks signature and sums) into `folder`; returns the .deb's path. */
export async function downloadPackage(
  suite: string,
  found: Package,
  folder: string,
  options: BuildOptions = {},
): Promise<string> {
  options.onProgress?.({ phase: 'fetch', message: `fetching ${found.name} ${found.version} from ${suite}` });
  const before = new Set(await readdir(folder));
  const args = ['-q', 'download', `${found.name}=${found.version}`];
  const what = `${found.name} ${found.version} from Debian ${suite}`;
  await apt('apt-get', suite, args, `fetch ${what}`, options, folder).catch((error) => {
    if (/was not found|Unable to locate|404 +Not Found/.test(messageOf(error))) {
      throw new SupersededError(`could not fetch ${what}: the archive has replaced it`, {
        blame: 'host',
        cause: error,
      });
    }
    throw error;
  });
  const deb = (await readdir(folder)).find((name) => !before.has(name) && name.startsWith(`${found.name}_`));
  if (deb === undefined) throw new Error(`apt-get download left no ${found.name}_*.deb in ${folder}`);
  return path.join(folder, deb);
}

/** Unpacks a .deb's files below `into`. */
export async function extractPackage(deb: string, into: string, signal?: AbortSignal): Promise<void> {
  await command('dpkg-deb', ['-x', deb, into], { purpose: `unpack ${path.basename(deb)}`, signal });
}

/** Names in a Depends field, first alternative each, that `wanted` accepts. */
export function dependencyNames(depends: string): string[] {
  return depends
    .split(',')
    .map((one) => /^\s*([a-z0-9.+-]+)/.exec(one)?.[1])
    .filter((name) => name !== undefined);
}
