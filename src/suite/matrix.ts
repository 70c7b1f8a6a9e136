import { type RemovalName, type RemovalRow, removals } from '../guest/removals.js';
import { cellBody } from './matrix/cell.js';
import { type After, afters, type Cell, expectationOf } from './matrix/expectation.js';
import { type StateName, states } from './matrix/states.js';
import type { PromiseName } from './promises.js';
import { type Cells, cells, type Scenario } from './scenario.js';

/**
 * The cells of one removal: every state of the memory, and what comes afterwards. A file in suites/matrix/ has the
 * name of its removal: `export default matrix('unbind')`.
 */
export function matrix(removal: RemovalName): { readonly cells: Cells } {
  return cells(cellsOf(removal));
}

/** Each cell by its name: `<state>/<after>`. */
export function cellsOf(removal: RemovalName): Cells {
  return Object.fromEntries(
    keys(states).flatMap((state) =>
      keys(afters).map((after) => [`${state}/${after}`, cellOf(removal, state, after)]),
    ),
  );
}

/** Declares nothing: a cell is a scenario like any other. */
export function cellOf(name: RemovalName, state: StateName, after: After): Scenario {
  const cell = expectationOf(name, states[state], after);
  return {
    title: titleOf(name, state, after, cell),
    options: {
      shape: shapeOf(removals[name]),
      asks: promisesOf(cell),
      covers: ['matrix', name, state, after],
      needs: ['p2pmem-allocate'],
      tags: ['matrix'],
      ...('skip' in cell ? { skip: cell.skip } : {}),
    },
    body: cellBody(name, state, cell),
  };
}

function titleOf(name: RemovalName, state: StateName, after: After, cell: Cell): string {
  const memory = `memory ${states[state].describe}`;
  if ('skip' in cell) return `${name} of ${memory}, ${afters[after]}: no sense`;
  const isZapped = cell.after.remap !== null;
  if (cell.rival !== null) return `${name} and ${cell.rival} race and zap ${memory}`;
  return `${name} ${isZapped ? 'zaps' : 'keeps'} ${memory}, ${afters[after]}`;
}

function shapeOf({ hotplug }: RemovalRow): string {
  const shapes = { pciehp: 'cmb-pciehp', acpiphp: 'cmb-hostbridge', any: 'cmb-pciehp' } as const;
  return hotplug === null ? 'cmb-switch' : shapes[hotplug];
}

/** The first is broken unless an expectation names another. */
function promisesOf(cell: Cell): readonly PromiseName[] {
  if ('skip' in cell) return ['guest-survives'];
  const pins: readonly PromiseName[] = cell.waits.length === 0 ? [] : ['unbind-waits-for-pins'];
  return cell.after.remap === null
    ? ['reset-keeps-memory', 'unbind-finishes', 'pool-balances', 'refusals-are-exact', 'data-arrives']
    : [
        ...([
          'zap-on-unbind',
          'no-new-mappings',
          'unbind-finishes',
          'refusals-are-exact',
          'data-arrives',
        ] as const),
        ...pins,
        ...(cell.undo === null ? [] : (['rebind-works', 'pool-balances'] as const)),
      ];
}

function keys<T extends object>(table: T): (keyof T)[] {
  return Object.keys(table) as (keyof T)[];
}
