const plainEscape = /[^A-Za-z0-9]/;

/**
 * The longest piece of text that stands in whatever the pattern matches, or '' when there is none to be told. To look for
 * it first is cheaper than to compile and run the pattern, and most patterns never meet a line that has it.
 */
export function requiredLiteral({ source, flags }: RegExp): string {
  return flags.includes('i') ? '' : literalOf(source);
}

function literalOf(source: string): string {
  let longest = '';
  let run = '';
  let at = 0;
  const cut = (): void => {
    if (run.length > longest.length) longest = run;
    run = '';
  };
  while (at < source.length) {
    const char = source[at] as string;
    if (char === '|') return '';
    let literal: string | null = null;
    let next = at + 1;
    if (char === '(') next = groupEnd(source, at);
    else if (char === '[') next = classEnd(source, at);
    else if (char === '\\') {
      const escaped = source[at + 1] ?? '';
      next = at + (escaped === 'x' ? 4 : 2);
      if (plainEscape.test(escaped)) literal = escaped;
    } else if (!'.^$'.includes(char)) literal = char;
    const after = source[next] ?? '';
    const quantified = '?*+{'.includes(after) && after !== '';
    if (literal === null || quantified) cut();
    if (literal !== null && !quantified) run += literal;
    if (char === '(' && !quantified) {
      const inner = literalOf(insideGroup(source.slice(at, next)));
      if (inner.length > longest.length) longest = inner;
    }
    at = quantified ? quantifierEnd(source, next) : next;
  }
  cut();
  return longest;
}

/** What a group must match; nothing for one that looks ahead or behind. */
function insideGroup(group: string): string {
  const head = /^\((?:\?(?::|<[A-Za-z]\w*>))?(?!\?)/.exec(group)?.[0];
  return head === undefined ? '' : group.slice(head.length, -1);
}

function groupEnd(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') at = classEnd(source, at) - 1;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at + 1;
  }
  return source.length;
}

function classEnd(source: string, from: number): number {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === ']') return at + 1;
  }
  return source.length;
}

function quantifierEnd(source: string, from: number): number {
  const end = source[from] === '{' ? source.indexOf('}', from) + 1 : from + 1;
  return source[end] === '?' ? end + 1 : end;
}
