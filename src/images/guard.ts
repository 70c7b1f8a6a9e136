import { spawn } from 'node:child_process';

/**
 * Runs a command as the leader's child of a process group of its own and kills the whole group when standard input
 * ends: when whoever started us dies, however it dies, no compiler goes on writing into a tree that is not locked
 * any more. (A parent-death signal reaches only the first process of a build.)
 */
const [command, ...args] = process.argv.slice(2);
if (command === undefined) process.exit(2);
const killAll = (): void => {
  process.kill(-process.pid, 'SIGKILL');
};
// the first input says that our pid has been written down; until then there is nothing to clean up after
process.stdin.once('data', () => {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128));
});
process.stdin.on('end', killAll).on('error', killAll);
