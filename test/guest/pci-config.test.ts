import test from 'ava';
import { errnoOf } from '../../src/guest/exec-errno.js';
import { extendedCapability } from '../../src/guest/pci-config.js';

/** Configuration space with extended capabilities: id and place of each, the next one's place in its header. */
function space(capabilities: readonly (readonly [id: number, at: number])[]): Buffer {
  const config = Buffer.alloc(4096);
  for (const [index, [id, at]] of capabilities.entries())
    config.writeUInt32LE(((capabilities[index + 1]?.[1] ?? 0) << 20) | (1 << 16) | id, at);
  return config;
}

test('an extended capability is found wherever the list has it', (t) => {
  const config = space([
    [0x01, 0x100],
    [0x0d, 0x148],
    [0x0b, 0x200],
  ]);
  t.is(extendedCapability(config, 0x0d), 0x148);
  t.is(extendedCapability(config, 0x0b), 0x200);
  t.is(extendedCapability(config, 0x10), undefined);
});

test('a space without extended capabilities, or with a list that goes round, ends the search', (t) => {
  t.is(extendedCapability(Buffer.alloc(64), 0x0d), undefined);
  t.is(extendedCapability(Buffer.alloc(4096), 0x0d), undefined);
  const round = space([[0x01, 0x100]]);
  round.writeUInt32LE((0x100 << 20) | (1 << 16) | 0x01, 0x100);
  t.is(extendedCapability(round, 0x0d), undefined);
});

test('what a program complains of is an errno again', (t) => {
  t.is(errnoOf('tee: /sys/kernel/config/x: No such device'), 'ENODEV');
  t.is(errnoOf('tee: /sys/kernel/config/x: No such device or address'), 'ENXIO');
  t.is(errnoOf('tee: write error: Invalid argument\n'), 'EINVAL');
  t.is(errnoOf(' something else '), 'something else');
});
