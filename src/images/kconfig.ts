/** A .config as symbol → value; symbols that are off are absent. */
export type Config = ReadonlyMap<string, string>;

/** Parses a .config or a fragment. `# CONFIG_X is not set` and `CONFIG_X=n` both mean off (value `n`). */
export function parseConfig(text: string): Map<string, string> {
  const config = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, symbol, value] = /^CONFIG_(\w+)=(.*?)\s*$/.exec(line) ?? [];
    if (symbol !== undefined && value !== undefined) config.set(symbol, value);
    const off = /^# CONFIG_(\w+) is not set/.exec(line)?.[1];
    if (off !== undefined) config.set(off, 'n');
  }
  return config;
}

/** What is wanted and did not stick. */
export function lostLines(
  wanted: Config,
  actual: Config,
): { symbol: string; wanted: string; actual: string }[] {
  return [...wanted]
    .map(([symbol, value]) => ({ symbol, wanted: value, actual: actual.get(symbol) ?? 'n' }))
    .filter((one) => one.wanted !== one.actual);
}

/**
 * Conditions under which `symbol` can be set, as this Kconfig text states them: its own `depends on` and the
 * `if`/`menu` blocks around it. One list per definition, all parts of which must hold; none when it is not defined here.
 */
export function conditionsOf(symbol: string, text: string): string[][] {
  const around: { kind: string; conditions: string[] }[] = [];
  const found: string[][] = [];
  let own: string[] | undefined;
  let inHelp = -1;
  let lastWord = '';
  const close = (): void => {
    if (own === undefined) return;
    found.push([...around.flatMap((one) => one.conditions), ...own]);
    own = undefined;
  };
  for (const raw of text.replaceAll(/\\\n/g, ' ').split('\n')) {
    const line = raw.trim();
    const indent = raw.length - raw.trimStart().length;
    if (inHelp >= 0 && (line === '' || indent > inHelp)) continue;
    inHelp = -1;
    const [, word, rest = ''] = /^(\w+)\b\s*(.*)$/.exec(line) ?? [];
    if (word === undefined) continue;
    if (
      [
        'config',
        'menuconfig',
        'choice',
        'endchoice',
        'menu',
        'endmenu',
        'if',
        'endif',
        'source',
        'comment',
      ].includes(word)
    ) {
      close();
    }
    if (word === 'help') inHelp = indent;
    else if (word === 'if') around.push({ kind: word, conditions: [rest] });
    else if (word === 'menu' || word === 'choice') around.push({ kind: word, conditions: [] });
    else if (word === 'endif' || word === 'endmenu' || word === 'endchoice') around.pop();
    else if ((word === 'config' || word === 'menuconfig') && rest === symbol) own = [];
    else if (line.startsWith('depends on ')) {
      const condition = line
        .slice('depends on '.length)
        .replace(/\s+#.*$/, '')
        .replaceAll(/\s+/g, ' ');
      if (own !== undefined) own.push(condition);
      else if (lastWord === 'menu' || lastWord === 'choice') around.at(-1)?.conditions.push(condition);
    }
    if (['config', 'menuconfig', 'menu', 'choice'].includes(word)) lastWord = word;
  }
  close();
  return found;
}

/** Evaluates a Kconfig expression to 0 (n), 1 (m) or 2 (y): Documentation/kbuild/kconfig-language.rst. */
export function evaluate(expression: string, config: Config): number {
  const words = expression.match(/&&|\|\||!=|<=|>=|[()!=<>]|"[^"]*"|[\w.-]+/g) ?? [];
  let at = 0;
  const value = (word: string): string =>
    /^(".*"|y|m|n|-?\d+|0x[\da-fA-F]+)$/.test(word) ? word.replaceAll('"', '') : (config.get(word) ?? 'n');
  const level = (word: string): number => ({ y: 2, m: 1 })[value(word)] ?? 0;
  const unary = (): number => {
    const word = words[at++] ?? 'n';
    if (word === '!') return 2 - unary();
    if (word === '(') {
      const inner = either();
      at += 1;
      return inner;
    }
    const operator = words[at];
    if (operator === undefined || !/^(=|!=|<|>|<=|>=)$/.test(operator)) return level(word);
    at += 1;
    const [left, right] = [value(word), value(words[at++] ?? 'n')];
    const order = Number(left) - Number(right);
    const holds = {
      '=': left === right,
      '!=': left !== right,
      '<': order < 0,
      '>': order > 0,
      '<=': order <= 0,
      '>=': order >= 0,
    };
    return holds[operator as '='] ? 2 : 0;
  };
  const both = (): number => {
    let result = unary();
    while (words[at] === '&&') {
      at += 1;
      result = Math.min(result, unary());
    }
    return result;
  };
  function either(): number {
    let result = both();
    while (words[at] === '||') {
      at += 1;
      result = Math.max(result, both());
    }
    return result;
  }
  return either();
}

/** Symbols of an expression with their values, for "which of these is in the way". */
export function valuesIn(expression: string, config: Config): string[] {
  const symbols = new Set(expression.match(/\b\w*[A-Z]\w*\b/g) ?? []);
  return [...symbols].map((symbol) => `${symbol}=${config.get(symbol) ?? 'n'}`);
}
