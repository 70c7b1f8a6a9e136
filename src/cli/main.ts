#!/usr/bin/env node
import { explain, LastrefError } from '../kit/errors.js';
import { terminalSafe } from '../kit/terminal-safe.js';
import { commands, usage, usageOf } from './commands.js';

/** Where tools are looked for besides PATH, which cron, `env -i` and ordinary users cut short. */
const usualFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function completePath(): void {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  process.env['PATH'] = [...new Set([...folders, ...usualFolders])].join(':');
}

/** Arguments in, exit code out: 0 pass, 1 fail, 2 usage, 69 error or miss, 130 interrupted, 125 kernel not built or booted. */
async function main(argv: readonly string[]): Promise<number> {
  const [name = '--help', ...rest] = argv;
  if (['--help', '-h', 'help'].includes(name)) {
    process.stdout.write(usage());
    return 0;
  }
  if (name === '--version') {
    const { projectVersion } = await import('../artifacts/store.js');
    process.stdout.write(`${await projectVersion()}\n`);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const { didYouMean } = await import('../kit/nearest.js');
    throw new LastrefError(
      `there is no command "${name}"${didYouMean(
        name,
        commands.map((one) => one.name),
      )}`,
      {
        blame: 'user',
        hint: 'lastref --help',
      },
    );
  }
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (own.includes('--help') || own.includes('-h')) {
    process.stdout.write(usageOf(command));
    return 0;
  }
  return command.run(rest);
}

/** Commands whose exit code is a verdict or whose work outlives what they print. */
const heedless = ['run', 'mutants', 'kernel', 'rootfs', 'console', 'bundle', 'clean'];

// Whoever reads our output may leave (`lastref list | head`): that is no error of ours, and no verdict either.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!heedless.includes(process.argv[2] ?? '')) process.exit(error.code === 'EPIPE' ? 0 : 69);
});
process.stderr.on('error', () => undefined); // the exit code says it too

/** What nobody awaited is the tool's fault: exit 1 would say that the kernel broke a promise. */
function giveUp(error: unknown): never {
  process.stderr.write(`lastref: ${terminalSafe(explain(error))}\n`);
  process.exit(error instanceof LastrefError ? error.exitCode : 69);
}
process.on('uncaughtException', giveUp);
process.on('unhandledRejection', giveUp);

completePath();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`lastref: ${terminalSafe(explain(error))}\n`);
  process.exitCode = error instanceof LastrefError ? error.exitCode : 69;
}
