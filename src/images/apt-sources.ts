import { readFile } from 'node:fs/promises';
import { LastrefError } from '../kit/errors.js';
import { command } from './command.js';
import { exists } from './image.js';

/** A repository the host's own apt is configured with. */
export interface Repository {
  readonly uri: string;
  readonly suite: string;
  readonly component: string;
  readonly signedBy: string;
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Fields of /etc/os-release. */
export function parseOsRelease(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+)="?([^"]*)"?$/.exec(line.trim()) ?? [];
    if (name !== undefined && value !== undefined) fields[name] = value;
  }
  return fields;
}

/** Lines of `apt-get indextargets` in our format, each repository once. */
export function parseTargets(text: string): Repository[] {
  const seen = new Map<string, Repository>();
  for (const line of text.split('\n')) {
    const [uri, suite, component, signedBy] = line.split('\t');
    if (uri === undefined || uri === '' || suite === undefined || component === undefined) continue;
    seen.set(`${uri} ${suite} ${component}`, { uri, suite, component, signedBy: signedBy ?? '' });
  }
  return [...seen.values()];
}

/**
 * The host's repository that `suite` can be read from: the same suite if it is there, else a suite of the same
 * archive (security updates have their own), because every suite of an archive lives beside the others.
 */
export function repositoryFor(
  suite: string,
  known: readonly Repository[],
  codename: string,
): Repository | undefined {
  const debian = known.filter(
    (one) => one.component === 'main' && new RegExp(`^${codename}(-|$)`).test(one.suite),
  );
  const security = (one: { suite: string }): boolean => one.suite.endsWith('-security');
  return (
    known.find((one) => one.component === 'main' && one.suite === suite) ??
    debian.find((one) => security(one) === suite.endsWith('-security'))
  );
}

/** The host's Debian release, e.g. `bookworm`. */
export async function hostRelease(file = '/etc/os-release'): Promise<string> {
  const fields = parseOsRelease(await readFile(file, 'utf8').catch(() => ''));
  const codename = fields['VERSION_CODENAME'];
  if (fields['ID'] === 'debian' && codename !== undefined) return codename;
  throw new LastrefError(`this host is ${fields['PRETTY_NAME'] ?? 'not Debian'}: it knows no Debian mirror`, {
    blame: 'host',
    hint: 'run on Debian (a container will do), or use your own kernel: KERNEL=~/src/linux or KERNEL=path/to/bzImage',
  });
}

/** The `deb` line that makes `suite` readable with the host's own mirror, proxy and keys. */
export async function sourceLine(suite: string, signal?: AbortSignal): Promise<string> {
  const codename = await hostRelease();
  const purpose = `ask apt for its repositories (to read ${suite})`;
  const format = '$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)\t$(SIGNED_BY)';
  const { stdout } = await command('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    purpose,
    signal,
  });
  const repository = repositoryFor(suite, parseTargets(stdout.toString('utf8')), codename);
  if (repository === undefined) {
    throw new LastrefError(`apt on this host has no Debian repository that ${suite} could be read from`, {
      blame: 'host',
      hint: `add the Debian ${suite.endsWith('-security') ? 'security ' : ''}archive of ${codename} to /etc/apt/sources.list`,
    });
  }
  const key = (await exists(keyring)) ? keyring : repository.signedBy;
  return `deb ${key === '' ? '' : `[signed-by=${key}] `}${repository.uri} ${suite} main\n`;
}
