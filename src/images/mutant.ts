import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { LastrefError } from '../kit/errors.js';
import { projectRoot } from '../kit/paths.js';

/** A seeded bug: a semantic patch (`.cocci`) or a plain one (`.patch`). */
export interface Mutant {
  /** The file's name without its ending. */
  readonly name: string;
  readonly path: string;
  readonly describe: string;
  /** Promises (names of `asks`) that a kernel with this bug breaks. */
  readonly breaks: readonly string[];
  /** More promises whose breach shows the bug as well. */
  readonly accepts: readonly string[];
  /** What holds on a correct kernel and not on this one: one clause. */
  readonly invariant: string;
  /** Scenarios, suites or covered words that are expected to see it; they are asked first. */
  readonly seenBy: readonly string[];
  /** Why no scenario can tell this kernel from a correct one; null for a bug that can be seen. */
  readonly equivalent: string | null;
  /** Release from which on it is a bug all the same; null when it is none on any kernel. */
  readonly equivalentBefore: string | null;
  /** Release up to which it is a bug all the same; null when it is one on no older kernel either. */
  readonly equivalentFrom: string | null;
  /** Kernel source files it changes. */
  readonly files: readonly string[];
  readonly text: string;
  /** What the bug is made of: a header that is reworded is the same bug. */
  readonly code: string;
}

/** Mutants of this checkout: suites/AREA/mutants/*. */
export async function listMutants(from = path.join(projectRoot, 'suites')): Promise<Mutant[]> {
  const found: string[] = [];
  for (const area of await readdir(from)) {
    const folder = path.join(from, area, 'mutants');
    const files = await readdir(folder).catch(() => []); // an area without mutants
    found.push(
      ...files.filter((file) => /\.(cocci|patch)$/.test(file)).map((file) => path.join(folder, file)),
    );
  }
  return Promise.all(found.sort().map(readMutant));
}

/** Header lines that are prose; the others are lists of words. */
const sentences = ['describe', 'invariant', 'equivalent'];

function header(text: string, name: string): string[] {
  const lines = text.matchAll(new RegExp(`^(?://|#) ?${name}: *(.*)$`, 'gm'));
  return [...lines]
    .flatMap((line) => (line[1] ?? '').split(sentences.some((one) => name.startsWith(one)) ? '\n' : /[\s,]+/))
    .filter((one) => one !== '');
}

/** The files it says it changes; without a `files:` line, those that its comments name by their path in the kernel. */
function filesOf(text: string): string[] {
  const said = header(text, 'files?');
  if (said.length > 0) return said;
  const comments = text.match(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm) ?? [];
  const paths = comments.join('\n').match(/(?<![\w./-])[a-z][\w-]*(?:\/[\w.-]+)+\.[chS]\b/g) ?? [];
  return [...new Set(paths)];
}

/** Reads a mutant and the header comments that say what it is: `describe:`, `breaks:`, `files:` and the like. */
export async function readMutant(file: string): Promise<Mutant> {
  const extension = path.extname(file);
  if (extension !== '.cocci' && extension !== '.patch') {
    throw new LastrefError(`${file} is not a mutant: expected a .cocci or .patch file`, { blame: 'user' });
  }
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new LastrefError(`there is no mutant ${file}`, { blame: 'user', cause });
  });
  const files = filesOf(text);
  if (extension === '.cocci' && files.length === 0) {
    throw new LastrefError(`${file} does not say which files it changes`, {
      blame: 'user',
      hint: 'begin it with a line such as `// files: drivers/pci/p2pdma.c`',
    });
  }
  const outside = files.find((one) => path.isAbsolute(one) || one.split('/').includes('..'));
  if (outside !== undefined) {
    throw new LastrefError(`${file} names ${outside}, which is outside the source tree`, { blame: 'user' });
  }
  const [equivalentBefore, equivalentFrom] = [limitOf(text, 'before'), limitOf(text, 'from')];
  if (equivalentBefore !== null && equivalentFrom !== null) {
    throw new LastrefError(`${file} is equivalent before one release and from another: name one of them`, {
      blame: 'user',
    });
  }
  return {
    name: path.basename(file, extension),
    path: path.resolve(file),
    describe: header(text, 'describe').join(' '),
    breaks: header(text, 'breaks'),
    accepts: header(text, 'accepts'),
    invariant: header(text, 'invariant').join(' '),
    seenBy: header(text, 'seen by'),
    equivalent: header(text, 'equivalent(?: (?:before|from) [\\d.]+)?').join(' ') || null,
    equivalentBefore,
    equivalentFrom,
    files,
    text,
    code: `${files.join(' ')}\n${text.replace(/^\/\/.*\n/gm, '')}`,
  };
}

const limitOf = (text: string, side: 'before' | 'from'): string | null =>
  new RegExp(`^(?://|#) ?equivalent ${side} ([\\d.]+):`, 'm').exec(text)?.[1] ?? null;
