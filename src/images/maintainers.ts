import path from 'node:path';
import { command } from './command.js';
import { exists } from './image.js';

/** Most names that are told: files of no one in particular have dozens. */
const mostPeople = 8;

/**
 * Whom a source tree names for one of its files, as MAINTAINERS has it (scripts/get_maintainer.pl). A file that it lacks, as
 * one that a mutant added, is its folder's. None when it has neither, or no such script.
 */
export async function maintainersOf(source: string, file: string, signal?: AbortSignal): Promise<string[]> {
  const script = path.join(source, 'scripts/get_maintainer.pl');
  if (!(await exists(script))) return [];
  const named = (await exists(path.join(source, file))) ? file : path.dirname(file);
  if (named === '.' || !(await exists(path.join(source, named)))) return [];
  const { stdout } = await command(
    'perl',
    [script, '--nogit', '--nogit-fallback', '--norolestats', '-f', named],
    { purpose: `find the maintainers of ${file}`, cwd: source, signal },
  );
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, mostPeople);
}
