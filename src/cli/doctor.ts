import { access, constants, readFile, statfs } from 'node:fs/promises';
import path from 'node:path';
import { runsRoot } from '../artifacts/layout.js';
import { hasCode, LastrefError, messageOf } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';
import { oneLine } from '../kit/terminal-safe.js';
import { qemuVersion } from '../qemu/version.js';
import { installCommand, isPresent, type SystemPackage, systemPackages } from './setup.js';

const GiB = 1024 ** 3;
/** Source 1.7, build tree, two kernels, rootfs and a few runs: measured, and rounded up. */
const wantedDiskBytes = 12 * GiB;
/** Two guests of 1 GiB, QEMU's own share, and a compiler beside them. */
const wantedMemoryBytes = 4 * GiB;

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  /** `bad` keeps lastref from working; `poor` makes it slower or smaller. */
  readonly state: 'good' | 'poor' | 'bad';
  readonly detail: string;
  /** The exact command, or sentence, that mends it. */
  readonly mend: string | null;
}

/** How the doctor looks at the host; tests bring their own. */
export interface Host {
  readonly nodeVersion: string;
  readonly packages: () => Promise<readonly SystemPackage[]>;
  readonly isPresent: (row: SystemPackage) => Promise<boolean>;
  /** The version, or a LastrefError that says what is wrong. */
  readonly qemuVersion: () => Promise<string>;
  /** Bytes free where `directory` is, or will be. */
  readonly freeBytes: (directory: string) => Promise<number>;
  readonly availableMemoryBytes: () => Promise<number>;
  readonly canWrite: (directory: string) => Promise<boolean>;
  readonly accelerator: () => Promise<{ readonly chosen: string; readonly why: string }>;
}

export function thisHost(accelerator: Host['accelerator']): Host {
  return {
    nodeVersion: process.versions.node,
    packages: systemPackages,
    isPresent,
    qemuVersion,
    accelerator,
    freeBytes: async (directory) => {
      const { bavail, bsize } = await statfs(await nearestExisting(directory));
      return bavail * bsize;
    },
    availableMemoryBytes: async () =>
      1024 * Number(/^MemAvailable:\s+(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1] ?? 0),
    canWrite: async (directory) =>
      access(await nearestExisting(directory), constants.W_OK).then(
        () => true,
        () => false,
      ),
  };
}

async function nearestExisting(directory: string): Promise<string> {
  try {
    await access(directory);
    return directory;
  } catch (error) {
    const parent = path.dirname(directory);
    if (!hasCode(error, 'ENOENT', 'ENOTDIR') || parent === directory) throw error;
    return nearestExisting(parent);
  }
}

/** Looks at everything, whatever is found on the way. */
export async function examine(host: Host, env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  return [
    examineNode(host.nodeVersion),
    ...(await examinePackages(host)),
    await examineQemu(host),
    await examineAccelerator(host),
    await examineFolder(
      host,
      'cache',
      cacheRoot(env),
      'set XDG_CACHE_HOME to a folder with room',
      wantedDiskBytes,
    ),
    await examineFolder(host, 'runs', await runsRoot(undefined, env), 'set LASTREF_RUNS or --runs', GiB),
    await examineMemory(host),
  ];
}

function examineNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  return {
    what: 'node',
    state: good ? 'good' : 'bad',
    detail: version,
    mend: good ? null : 'install Node.js 20.19 or later (https://nodejs.org/en/download)',
  };
}

async function examinePackages(host: Host): Promise<Finding[]> {
  const rows = await host.packages();
  const missing: SystemPackage[] = [];
  for (const row of rows) if (!(await host.isPresent(row))) missing.push(row);
  const good = {
    what: 'packages',
    state: 'good',
    detail: `${rows.length} programs and files are there`,
    mend: null,
  } as const;
  if (missing.length === 0) return [good];
  return missing.map((row) => ({
    what: row.need,
    state: 'bad',
    detail: `missing: ${row.why}`,
    mend: installCommand([row.package]),
  }));
}

async function examineQemu(host: Host): Promise<Finding> {
  try {
    return { what: 'qemu', state: 'good', detail: await host.qemuVersion(), mend: null };
  } catch (error) {
    const mend = error instanceof LastrefError ? error.hint : undefined;
    return {
      what: 'qemu',
      state: 'bad',
      detail: messageOf(error),
      mend: mend ?? installCommand(['qemu-system-x86']),
    };
  }
}

async function examineAccelerator(host: Host): Promise<Finding> {
  try {
    const { chosen, why } = await host.accelerator();
    const detail = `${chosen}: ${why}`;
    if (chosen === 'kvm') return { what: 'accelerator', state: 'good', detail, mend: null };
    const mend =
      'nothing has to be done: guests run without KVM, about ten times slower. With hardware help, load kvm_intel or kvm_amd and join the group kvm.';
    return { what: 'accelerator', state: 'poor', detail, mend };
  } catch (error) {
    return { what: 'accelerator', state: 'bad', detail: messageOf(error), mend: 'mend QEMU first' };
  }
}

async function examineFolder(
  host: Host,
  what: string,
  directory: string,
  elsewhere: string,
  wantedBytes: number,
): Promise<Finding> {
  if (!(await host.canWrite(directory))) {
    return { what, state: 'bad', detail: `${directory} cannot be written`, mend: elsewhere };
  }
  const free = await host.freeBytes(directory);
  const detail = `${gibibytes(free)} free for ${directory}`;
  if (free >= wantedBytes) return { what, state: 'good', detail, mend: null };
  const mend = `lastref clean --keep-size 5G --dry-run shows what can go; or ${elsewhere}`;
  return {
    what,
    state: free < wantedBytes / 4 ? 'bad' : 'poor',
    detail: `${detail}, ${gibibytes(wantedBytes)} wanted`,
    mend,
  };
}

async function examineMemory(host: Host): Promise<Finding> {
  const bytes = await host.availableMemoryBytes();
  const good = bytes >= wantedMemoryBytes;
  return {
    what: 'memory',
    state: good ? 'good' : bytes < wantedMemoryBytes / 2 ? 'bad' : 'poor',
    detail: `${gibibytes(bytes)} available${good ? '' : `, ${gibibytes(wantedMemoryBytes)} wanted`}`,
    mend: good ? null : 'run one guest at a time (--jobs 1), or end what uses the memory',
  };
}

function gibibytes(bytes: number): string {
  return `${(bytes / GiB).toFixed(1)} GiB`;
}

/** The findings as text, and one command for all missing packages. */
export function describeFindings(findings: readonly Finding[]): string {
  const words = { good: 'ok', poor: 'poor', bad: 'LACKS' } as const;
  const lines = findings.flatMap(({ what, state, detail, mend }) => [
    `${words[state].padEnd(6)} ${what}: ${oneLine(detail, 300)}`,
    ...(mend === null ? [] : [`         ${mend}`]),
  ]);
  const bad = findings.filter(({ state }) => state === 'bad').length;
  const packages = findings.flatMap(
    ({ mend }) => /^(?:sudo )?apt-get install --no-install-recommends (\S+)$/.exec(mend ?? '')?.[1] ?? [],
  );
  if (packages.length > 1)
    lines.push('', `all of the packages: ${installCommand(packages)}`, 'or: make setup');
  lines.push(
    '',
    bad === 0
      ? 'this host can run lastref'
      : `${bad} thing${bad === 1 ? '' : 's'} to mend before lastref can run`,
  );
  return `${lines.join('\n')}\n`;
}

/** `lastref doctor`: 0 when the host can run guests, 69 when something has to be mended first. */
export async function doctor(
  host: Host,
  write: (text: string) => void = (text) => process.stdout.write(text),
): Promise<number> {
  const findings = await examine(host);
  write(describeFindings(findings));
  return findings.some(({ state }) => state === 'bad') ? 69 : 0;
}
