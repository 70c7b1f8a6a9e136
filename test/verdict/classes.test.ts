// Every class that a rule can give has a console from a booted guest that shows it, or a reason why it cannot have one.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { projectRoot } from '../../src/kit/paths.js';
import { rules } from '../../src/verdict/rules/index.js';
import { releaseOf } from './support/golden.js';
import { unproven, unprovenIn } from './support/unproven.js';

const folder = path.join(projectRoot, 'test/verdict/logs');

/** `KASAN-{RW}` stands for one class a direction. */
const known = new Set(
  rules
    .filter(({ lead }) => lead !== 'silent')
    .flatMap((rule) =>
      rule.class.includes('{RW}')
        ? ['READ', 'WRITE'].map((direction) => rule.class.replace('{RW}', direction))
        : [rule.class],
    ),
);

function shownIn(series: string): Set<string> {
  const names = readdirSync(folder).filter(
    (name) => releaseOf(name).startsWith(series) && name.endsWith('.json'),
  );
  return new Set(
    names.flatMap((name) => {
      const { splats } = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as {
        splats: readonly { readonly class: string }[];
      };
      return splats.map((splat) => splat.class);
    }),
  );
}

for (const [series, lacking] of Object.entries(unprovenIn)) {
  test(`every class is shown by a console of ${series}, or it is said why not`, (t) => {
    const shown = shownIn(series);
    const excused = new Set([...Object.keys(unproven), ...Object.keys(lacking)]);
    t.deepEqual(
      [...known].filter((name) => !shown.has(name) && !excused.has(name)),
      [],
      'neither shown nor excused',
    );
    t.deepEqual(
      [...excused].filter((name) => shown.has(name) || !known.has(name)),
      [],
      'excused and yet shown, or no class at all',
    );
  });
}
