import test from 'ava';
import { devicesOf, faultsOf, type NvmeDevice, type Shape, validateShape } from '../../src/config/shape.js';
import { LastrefError } from '../../src/kit/errors.js';

const cmb: NvmeDevice = { id: 'cmb', diskMiB: 64, cmbMiB: 64 };
const disk: NvmeDevice = { id: 'disk', diskMiB: 64 };
const good: Shape = {
  name: 'cmb-switch',
  describe: 'x',
  arch: 'x86_64',
  cpu: 'EPYC',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [{ kind: 'switch', devices: [cmb, disk] }],
};

function withDevice(change: Partial<NvmeDevice>): Shape {
  return { ...good, pcie: [{ kind: 'root-port', device: { ...cmb, ...change } }] };
}

/** A change that makes the good shape impossible, and the sentence that says so. */
const impossible: readonly (readonly [string, Shape, RegExp])[] = [
  ['a name with capitals', { ...good, name: 'Cmb' }, /name is lower case words joined by "-", not "Cmb"/],
  ['an empty name', { ...good, name: '' }, /name is lower case words/],
  ['another architecture', { ...good, arch: 'arm64' as 'x86_64' }, /only x86_64 .* not "arm64"/],
  ['no CPU', { ...good, vcpus: 0 }, /vcpus is 1 to 8 .* not 0/],
  ['more CPUs than the kernels know', { ...good, vcpus: 9 }, /vcpus is 1 to 8 .* not 9/],
  ['instructions that take too long', { ...good, icount: 11 }, /icount is 0 to 10 .* not 11/],
  ['half a CPU', { ...good, vcpus: 1.5 }, /vcpus is 1 to 8 .* not 1.5/],
  ['too little memory', { ...good, memoryMiB: 511 }, /at least 512 MiB, not 511/],
  ['memory that is no number', { ...good, memoryMiB: Number.NaN }, /at least 512 MiB, not NaN/],
  [
    'a CPU that is an option of its own',
    { ...good, cpu: 'EPYC -snapshot' },
    /"EPYC -snapshot" is no QEMU CPU/,
  ],
  ['a CPU that differs from host to host', { ...good, cpu: 'host,pmu=off' }, /differs from host to host/],
  ['the largest CPU there is', { ...good, cpu: 'max' }, /differs from host to host/],
  ['a device id with a comma', withDevice({ id: 'a,b' }), /device id "a,b" must be a short lower case word/],
  [
    'a device id longer than a serial number',
    withDevice({ id: 'a'.repeat(17) }),
    /must be a short lower case/,
  ],
  [
    'two devices of one name',
    { ...good, pcie: [{ kind: 'switch', devices: [disk, disk] }] },
    /called "disk"/,
  ],
  ['no device', { ...good, pcie: [] }, /a machine without devices cannot lose one/],
  [
    'a slot of nine functions',
    { ...good, pcie: [{ kind: 'slot', devices: [...'abcdefghi'].map((id) => ({ id, diskMiB: 1 })) }] },
    /a slot has 1 to 8 functions, not 9/,
  ],
  ['an empty switch', { ...good, pcie: [{ kind: 'switch', devices: [] }] }, /without devices/],
  [
    'a plain disk that is called like another device',
    { ...good, plain: [{ id: 'disk', diskMiB: 64 }] },
    /two devices are called "disk"/,
  ],
  [
    'a plain disk of nothing',
    { ...good, plain: [{ id: 'vda', diskMiB: 0 }] },
    /vda: the disk must be at least/,
  ],
  ['a disk of nothing', withDevice({ diskMiB: 0 }), /cmb: the disk must be at least 1 MiB, not 0/],
  [
    'a CMB that is no power of two',
    withDevice({ cmbMiB: 48 }),
    /CMB of 48 MiB cannot exist: .* power of two/,
  ],
  ['a CMB of a fraction', withDevice({ cmbMiB: 2.5 }), /CMB of 2.5 MiB cannot exist/],
  ['a CMB of nothing', withDevice({ cmbMiB: 0 }), /CMB of 0 MiB cannot exist/],
  ['a CMB that the kernel ignores', withDevice({ cmbMiB: 1 }), /ignores a CMB under 2 MiB without a word/],
  ['a CMB larger than its window', withDevice({ cmbMiB: 256 }), /does not fit the bridge window/],
];

for (const [what, shape, sentence] of impossible) {
  test(`${what} is refused, and the one sentence says why`, (t) => {
    const faults = faultsOf(shape);
    t.is(faults.length, 1, faults.join('; '));
    t.regex(faults[0] ?? '', sentence);
  });
}

test('a machine that can exist is returned as it is', (t) => {
  t.is(validateShape(good), good);
  for (const cmbMiB of [2, 4, 128]) t.deepEqual(faultsOf(withDevice({ cmbMiB })), []);
  t.deepEqual(faultsOf({ ...good, cpu: 'EPYC-v4,-svm,x2apic=on' }), []);
});

test('every fault is told at once, with the file to correct, as a mistake of the user', (t) => {
  const error = t.throws<LastrefError>(() => validateShape({ ...good, vcpus: 0, memoryMiB: 1, cpu: 'max' }), {
    instanceOf: LastrefError,
    message: /^shape "cmb-switch" cannot exist: vcpus .*; a KASAN kernel .*; cpu "max"/,
  });
  t.like(error, { blame: 'user', exitCode: 2, hint: 'correct guests/shapes/cmb-switch.ts' });
});

test('devices come in PCIe order', (t) => {
  const third: NvmeDevice = { id: 'third', diskMiB: 1 };
  const shape: Shape = { ...good, pcie: [{ kind: 'root-port', device: third }, ...good.pcie] };
  t.deepEqual(
    devicesOf(shape).map(({ id }) => id),
    ['third', 'cmb', 'disk'],
  );
});
