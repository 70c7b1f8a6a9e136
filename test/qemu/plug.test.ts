import test from 'ava';
import { shape as hostbridge } from '../../guests/shapes/cmb-hostbridge.js';
import { shape as slot } from '../../guests/shapes/cmb-slot.js';
import { shape as behindSwitch } from '../../guests/shapes/cmb-switch.js';
import { devicesOf, type Shape } from '../../src/config/shape.js';
import { busOf, plugArguments } from '../../src/qemu/plug.js';

const buses = (shape: Shape): string[] => devicesOf(shape).map((device) => busOf(shape, device));

test('a device is plugged back where the command line had it', (t) => {
  t.deepEqual(buses(hostbridge), ['rp0', 'rp1']);
  t.deepEqual(buses(behindSwitch), ['dp0.0', 'dp0.1']);
  t.deepEqual(buses(slot), ['rp0', 'rp0']);
  t.throws(() => busOf(hostbridge, { id: 'other', diskMiB: 1 }), {
    message: 'shape cmb-hostbridge has no device other, only cmb, disk',
  });
});

test('a device is plugged with its disk, and with its memory if it had any', (t) => {
  const [cmb, disk] = devicesOf(hostbridge);
  if (cmb === undefined || disk === undefined) return t.fail();
  const common = { driver: 'nvme', id: 'cmb', serial: 'cmb', bus: 'rp0', drive: 'disk-cmb' };
  t.deepEqual(plugArguments(hostbridge, cmb), { ...common, cmb_size_mb: 64 });
  t.false('cmb_size_mb' in plugArguments(hostbridge, disk));
});
