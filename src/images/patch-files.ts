import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { LastrefError } from '../kit/errors.js';
import { command } from './command.js';

/** One patch, ready for `git apply`. */
export interface Patch {
  /** As it is named to the user: file name, or file name and message number. */
  readonly name: string;
  readonly text: Buffer;
}

const isDiff = (text: string): boolean => /^(diff --git |--- \S+.*\n\+\+\+ \S)/m.test(text);

/** Names in a quilt `series` file: comments and `-p1` are dropped. */
export function parseSeries(text: string): string[] {
  return text
    .split('\n')
    .map(
      (line) =>
        line
          .replace(/(^|\s)#.*$/, '')
          .trim()
          .split(/\s+/)[0] ?? '',
    )
    .filter((name) => name !== '');
}

/** Files below the source tree that a patch reads, writes, makes or removes; paths that leave the tree are refused. */
export function patchedPaths(text: string, name: string): string[] {
  const paths = new Set<string>();
  const add = (file: string | undefined, strip: boolean): void => {
    if (file === undefined || file === '/dev/null') return;
    const plain = strip ? file.replace(/^[^/]+\//, '') : file;
    if (path.isAbsolute(plain) || plain.split('/').includes('..')) {
      throw new LastrefError(`${name} changes ${plain}, which is outside the source tree`, { blame: 'user' });
    }
    paths.add(plain);
  };
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const git = /^diff --git (\S+) (\S+)$/.exec(line);
    add(git?.[1], true);
    add(git?.[2], true);
    add(/^(?:rename|copy) (?:from|to) (.+)$/.exec(line)?.[1], false);
    const next = lines[index + 1] ?? '';
    if (!line.startsWith('--- ') || !next.startsWith('+++ ')) continue;
    for (const side of [line, next]) add(/^.{4}([^\t]+)/.exec(side)?.[1]?.trimEnd(), true);
  }
  return [...paths];
}

/** Place in its series from a mail's subject, `[PATCH v2 03/12]` → 3; 0 when it has none. */
export function placeInSeries(subject: string): number {
  return Number(/\[[^\]]*?(\d+)\/\d+\]/.exec(subject)?.[1] ?? 0);
}

/** The patches in a mailbox, in the order of the series; covers and replies have none. */
async function splitMailbox(file: string, scratch: string, signal?: AbortSignal): Promise<Patch[]> {
  const mails = path.join(scratch, `mails-${path.basename(file)}`);
  await mkdir(mails, { recursive: true });
  await command('git', ['mailsplit', `-o${mails}`, file], {
    purpose: `read the mailbox ${file}`,
    blame: 'user',
    signal,
  });
  const found: (Patch & { place: number })[] = [];
  for (const mail of (await readdir(mails)).sort()) {
    const raw = await readFile(path.join(mails, mail));
    const diff = path.join(mails, `${mail}.diff`);
    await command('git', ['mailinfo', '-b', path.join(mails, `${mail}.msg`), diff], {
      purpose: `read mail ${mail} of ${file}`,
      blame: 'user',
      input: raw,
      cwd: scratch,
      signal,
    });
    const text = await readFile(diff);
    const subject = /^Subject:((?:.*\n)(?:[ \t].*\n)*)/m.exec(raw.toString('latin1'))?.[1] ?? '';
    if (!isDiff(text.toString('latin1'))) continue;
    found.push({ name: `${path.basename(file)}: mail ${Number(mail)}`, text, place: placeInSeries(subject) });
  }
  return found.sort((a, b) => a.place - b.place);
}

/** Reads one `patches` entry of a kernel spec: a folder with `series`, a mailbox or a patch. */
export async function readPatches(entry: string, scratch: string, signal?: AbortSignal): Promise<Patch[]> {
  const found = await stat(entry).catch(() => undefined);
  if (found === undefined) throw new LastrefError(`there is no patch ${entry}`, { blame: 'user' });
  if (found.isDirectory()) {
    const series = await readFile(path.join(entry, 'series'), 'utf8').catch(() => {
      throw new LastrefError(`${entry} has no file named series`, {
        blame: 'user',
        hint: 'list the patches in it, one per line',
      });
    });
    const patches: Patch[] = [];
    for (const name of parseSeries(series))
      patches.push(...(await readPatches(path.join(entry, name), scratch, signal)));
    return patches;
  }
  const text = await readFile(entry);
  const plain = text.toString('latin1');
  const patches = plain.startsWith('From ')
    ? await splitMailbox(entry, scratch, signal)
    : [{ name: path.basename(entry), text }];
  if (patches.length === 0 || !isDiff(plain)) {
    throw new LastrefError(`${entry} holds no patch`, { blame: 'user' });
  }
  return patches;
}
