/** Name by which the kernel knows a module file: `kernel/drivers/nvme/host/nvme-core.ko.xz` is `nvme_core`. */
export function moduleName(file: string): string {
  return file
    .replace(/^.*\//, '')
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}

/** modules.dep: file → files that must be loaded before it. */
export function parseDependencies(text: string): Map<string, string[]> {
  const table = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) {
      table.set(
        line.slice(0, colon),
        line
          .slice(colon + 1)
          .split(' ')
          .filter((one) => one !== ''),
      );
    }
  }
  return table;
}

/** Modules in an order in which each can be loaded, and the wanted names that no file provides. */
export function loadOrder(
  wanted: readonly string[],
  dependencies: ReadonlyMap<string, readonly string[]>,
): { files: string[]; unknown: string[] } {
  const byName = new Map([...dependencies.keys()].map((file) => [moduleName(file), file]));
  const order = new Set<string>();
  const visit = (file: string, above: readonly string[]): void => {
    if (order.has(file) || above.includes(file)) return;
    for (const needed of dependencies.get(file) ?? []) visit(needed, [...above, file]);
    order.add(file);
  };
  const unknown: string[] = [];
  for (const name of wanted) {
    const file = byName.get(name.replaceAll('-', '_'));
    if (file === undefined) unknown.push(name);
    else visit(file, []);
  }
  return { files: [...order], unknown };
}
