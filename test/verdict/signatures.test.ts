// Every line that the kernel prints for a bug, alone in a log: found, and of the right class.
import test from 'ava';
import { judgeText, log, untagged } from './support/logs.js';
import { signatures } from './support/signatures.js';

const around = ['usb 1-1: new device', 'usb 1-1: gone'];

for (const { line, class: kind } of signatures) {
  test(`found as ${kind}: ${line}`, (t) => {
    const lines = [around[0] ?? '', line, around[1] ?? ''];
    for (const text of [log(lines), untagged(lines), `${line}\n`]) {
      t.deepEqual(
        judgeText(text).splats.map((splat) => splat.class),
        [kind],
        text,
      );
    }
  });
}
