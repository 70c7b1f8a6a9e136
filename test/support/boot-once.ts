/**
 * Boots one fake guest as the JSON in `spec.json` of the folder given says, and prints what came of it. With
 * `stay` it keeps the guest until it is killed. It never calls process.exit(): whatever keeps it alive was left open.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bootGuest } from '../../src/guest/boot.js';
import type { BootSpec } from '../../src/guest/machine.js';
import { messageOf } from '../../src/kit/errors.js';

const [folder = '', stay] = process.argv.slice(2);
const spec = JSON.parse(await readFile(path.join(folder, 'spec.json'), 'utf8')) as BootSpec;
try {
  const guest = await bootGuest({ ...spec, record: () => undefined });
  process.stdout.write('booted\n');
  if (stay === 'stay') setInterval(() => undefined, 60_000);
  else process.stdout.write(`${JSON.stringify(await guest.stop())}\n`);
} catch (error) {
  process.stdout.write(`${messageOf(error)}\n`);
}
