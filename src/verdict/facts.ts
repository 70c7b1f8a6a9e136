import type { Item } from './frame.js';

/** A literal that the text must have, for speed; the pattern; the facts that its groups tell. */
const patterns: readonly (readonly [string, RegExp, readonly string[]])[] = [
  [
    'INFO: task ',
    /INFO: task (\S.*?):(\d+) blocked .*?for more than (\d+) seconds/,
    ['task', 'pid', 'seconds'],
  ],
  [
    ' of size ',
    /^(Read|Write) of size (\d+) at addr (\S+) by task (\S.*?)\/(\d+)/m,
    ['access', 'size', 'address', 'task', 'pid'],
  ],
  [
    'kfence-#',
    /^(?:Invalid|Use-after-free|Out-of-bounds) (read|write) (?:at|by|of) (0x\S+)/m,
    ['access', 'address'],
  ],
  ['Free of addr ', /^(Free) of addr (\S+) by task (\S.*?)\/(\d+)/m, ['access', 'address', 'task', 'pid']],
  [' at addr ', /^(Read|Write) at addr (\S+) by task (\S.*?)\/(\d+)/m, ['access', 'address', 'task', 'pid']],
  ['free of 0x', /^(?:Invalid )?(free) of (0x\S+) \(in kfence/m, ['access', 'address']],
  [
    ' bytes by ',
    /^(read|write|read-write)[a-z() -]* to (0x[0-9a-f]+) of (\d+) bytes by /m,
    ['access', 'address', 'size'],
  ],
  ['#PF: ', /#PF: (?:supervisor|user) (read|write|instruction fetch)\b/, ['access']],
  [
    'Comm: ',
    /^CPU: (\d+) (?:UID: \d+ )?PID: (\d+) Comm: (.+?) (Not tainted|Tainted: .*?) (\d+\.\d\S*)/m,
    ['cpu', 'pid', 'task', 'taint', 'kernel'],
  ],
  [
    'Comm: ',
    /^CPU: (\d+) (?:UID: \d+ )?PID: (\d+) Comm: (.+?) (?:Not tainted|Tainted: |\S+$)/m,
    ['cpu', 'pid', 'task'],
  ],
  [' PID: ', /CPU: (\d+) PID: (\d+) at /, ['cpu', 'pid']],
  [', CPU#', /, CPU#(\d+): (\S.*?)\/(\d+)/, ['cpu', 'task', 'pid']],
  ['stuck for ', /(?:stuck for) (\d+)s! \[(\S.*?):(\d+)\]/, ['seconds', 'task', 'pid']],
  ['in process ', /in process (\S+)\s+(?:pfn|pte):(\S+)/, ['task', 'address']],
  ['page fault for', /page fault for address: (\S+)/, ['address']],
  ['NULL pointer', /NULL pointer dereference(?:, address:| at(?: virtual address)?) (\S+)/, ['address']],
  ['non-canonical', /non-canonical address (0x\S+?):? /, ['address']],
  ['which belongs', /which belongs to the cache (\S+) of size (\d+)/, ['cache', 'objectSize']],
  ['Tainted: ', /\bTainted: ([A-Z ]*[A-Z])/, ['taint']],
];

/** Characters of a report that are searched: what tells them comes early, other tasks' stacks behind it. */
const searched = 16 * 1024;

/** The lines that are searched: frames tell no facts, and are most of a report. */
function searchedText(lines: readonly string[]): string {
  const kept: string[] = [];
  let left = searched;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) break;
    if (line.charCodeAt(0) !== 0x20 || !line.includes('+0x')) kept.push(line);
  }
  return kept.join('\n');
}

/** Facts of a report, each from the first line that tells it. */
export function readFacts(lines: readonly string[], items: readonly Item[]): Record<string, string> {
  const facts: Record<string, string> = {};
  const text = searchedText(lines);
  for (const [hint, pattern, names] of patterns) {
    const match = text.includes(hint) ? pattern.exec(text) : null;
    if (match === null) continue;
    names.forEach((name, i) => {
      const value = match[i + 1]?.trim();
      if (value !== undefined && value !== '') facts[name] ??= value.slice(0, 200);
    });
  }
  for (const [name, head] of [
    ['stack', 'trace'],
    ['allocated', 'allocated'],
    ['freed', 'freed'],
  ] as const) {
    const stack = stackBelow(items, head);
    if (stack !== '') facts[name] = stack;
  }
  return facts;
}

/** One line a frame, `?` before what may be left over. */
function stackBelow(items: readonly Item[], head: string): string {
  const at = items.findIndex((item) => item.kind === 'head' && item.name === head);
  if (at < 0) return '';
  const lines: string[] = [];
  for (let i = at + 1; i < items.length; i++) {
    const item = items[i];
    if (item === undefined || item.kind === 'head' || lines.length >= 64) break;
    if (item.kind === 'frame') lines.push(item.frame.sure ? item.frame.fn : `? ${item.frame.fn}`);
  }
  return lines.join('\n');
}
