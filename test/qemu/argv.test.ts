import test from 'ava';
import { shape as blocked } from '../../guests/shapes/cmb-blocked.js';
import { shape as hostbridge } from '../../guests/shapes/cmb-hostbridge.js';
import { shape as iommu } from '../../guests/shapes/cmb-iommu.js';
import { shape as neighbours } from '../../guests/shapes/cmb-neighbours.js';
import { shape as pciehp } from '../../guests/shapes/cmb-pciehp.js';
import { shape as slot } from '../../guests/shapes/cmb-slot.js';
import { shape as behindSwitch } from '../../guests/shapes/cmb-switch.js';
import { shape as twoRoots } from '../../guests/shapes/cmb-two-roots.js';
import { appendOf } from '../../src/config/shape.js';
import { type MachineSpec, qemuArgv } from '../../src/qemu/argv.js';
import { disksOf, nvmeDevices, plugOrder } from '../../src/qemu/devices.js';

const spec: MachineSpec = {
  shape: behindSwitch,
  accelerator: 'tcg',
  start: { kind: 'cold' },
  kernel: '/k/bzImage',
  initrd: '/r/base.cpio.gz',
  append: ['console=ttyS0', 'nokaslr'],
  userKey: 'ssh-ed25519 AAAA',
  console: '/run/console.log',
  trace: '/run/trace.log',
  disks: { cmb: '/s/cmb.img', disk: '/s/disk.img' },
  qmpFd: 3,
};

const before = (machine: string, cpu: string): string[] => [
  '-nodefaults -no-user-config -display none -vga none -no-reboot',
  '-action panic=none',
  `-machine ${machine} -accel tcg,thread=multi`,
  `-cpu ${cpu} -smp 2 -m 1024M`,
  '-kernel /k/bzImage -initrd /r/base.cpio.gz -append console=ttyS0 nokaslr',
  '-fw_cfg name=opt/lastref/key,string=ssh-ed25519 AAAA -device vmgenid,guid=auto',
  '-chardev file,id=console,path=/run/console.log -serial chardev:console',
  '-chardev socket,id=qmp,fd=3 -mon chardev=qmp,mode=control',
  '-netdev user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22',
  '-device virtio-net-pci,netdev=net,addr=0x2,romfile=',
  '-device virtio-rng-pci,addr=0x3 -device pvpanic-pci,addr=0x1e',
];

const traces = '-D /run/trace.log -trace pci_nvme_read -trace pci_nvme_write -trace pci_nvme_rw_cb';

const frame = (cpu: string): string[] => before('q35', cpu);

const disk = (id: string): string[] => [
  `-blockdev driver=file,node-name=file-${id},filename=/s/${id}.img,locking=off`,
  `-blockdev driver=raw,node-name=disk-${id},file=file-${id}`,
];

const nvme = (id: string, bus: string, cmb = ''): string =>
  `-device nvme,id=${id},serial=${id},bus=${bus}${cmb},drive=disk-${id}`;

const rootPort = (index: number, slot: number): string =>
  `-device pcie-root-port,id=rp${index},bus=pcie.0,addr=0x${index + 4},chassis=${slot},slot=${slot},pref64-reserve=256M`;

/** The words of a command line, one space between each. */
const said = (change: Partial<MachineSpec>): string => qemuArgv({ ...spec, ...change }).join(' ');

test('two devices behind one switch', (t) => {
  t.is(
    said({}),
    [
      ...frame('EPYC'),
      ...disk('cmb'),
      ...disk('disk'),
      rootPort(0, 1),
      '-device x3130-upstream,id=up0,bus=rp0',
      '-device xio3130-downstream,id=dp0.0,bus=up0,chassis=2,slot=2',
      nvme('cmb', 'dp0.0', ',cmb_size_mb=64'),
      '-device xio3130-downstream,id=dp0.1,bus=up0,chassis=3,slot=3',
      nvme('disk', 'dp0.1'),
      traces,
    ].join(' '),
  );
});

for (const [shape, cpu] of [
  [hostbridge, 'EPYC'],
  [blocked, 'qemu64'],
] as const) {
  test(`two devices on root ports of their own: ${shape.name}`, (t) => {
    t.is(
      said({ shape }),
      [
        ...frame(cpu),
        ...disk('cmb'),
        ...disk('disk'),
        rootPort(0, 1),
        nvme('cmb', 'rp0', ',cmb_size_mb=64'),
        rootPort(1, 2),
        nvme('disk', 'rp1'),
        traces,
      ].join(' '),
    );
  });
}

const onFile = (share: string): string =>
  `q35,memory-backend=memory -object memory-backend-file,id=memory,size=1024M,mem-path=/t/m,,1,share=${share}`;

const ports = [
  '-device xio3130-downstream,id=dp0.0,bus=up0,chassis=2,slot=2',
  '-device xio3130-downstream,id=dp0.1,bus=up0,chassis=3,slot=3',
];

test('a template has no disks, and below a switch something that keeps the room of the CMB', (t) => {
  t.is(
    said({ start: { kind: 'template', memoryFile: '/t/m,1' } }),
    [
      ...before(onFile('on'), 'EPYC'),
      rootPort(0, 1),
      '-device x3130-upstream,id=up0,bus=rp0',
      ports[0],
      '-device pci-testdev,id=room-cmb,bus=dp0.0,membar=256M',
      ports[1],
      traces,
    ].join(' '),
  );
  const flat = said({ shape: hostbridge, start: { kind: 'template', memoryFile: '/t/m' } });
  t.notRegex(flat, /pci-testdev|nvme,/); // a root port reserves it by itself
});

test('a clone is its template on a private copy of the memory, with disks and without devices, stopped', (t) => {
  t.is(
    said({ start: { kind: 'clone', memoryFile: '/t/m,1' } }),
    [
      ...before(onFile('off'), 'EPYC'),
      ...disk('cmb'),
      ...disk('disk'),
      rootPort(0, 1),
      '-device x3130-upstream,id=up0,bus=rp0',
      ...ports,
      traces,
      '-S -incoming defer',
    ].join(' '),
  );
});

test('what is plugged into a clone is what a cold boot has on its command line', (t) => {
  t.deepEqual(nvmeDevices(behindSwitch), [
    { driver: 'nvme', id: 'cmb', serial: 'cmb', bus: 'dp0.0', cmb_size_mb: 64, drive: 'disk-cmb' },
    { driver: 'nvme', id: 'disk', serial: 'disk', bus: 'dp0.1', drive: 'disk-disk' },
  ]);
});

/** The value that follows a word. */
function after(argv: readonly string[], word: string, nth = 0): string | undefined {
  const places = argv.flatMap((one, index) => (one === word ? [index] : []));
  return argv[(places[nth] ?? Number.NaN) + 1];
}

test('blanks stay inside their word, and a comma in an option is doubled', (t) => {
  const argv = qemuArgv({
    ...spec,
    kernel: '/my kernels/a,b/bzImage',
    initrd: '/my images/c,d.cpio',
    console: '/my runs/e,f/console.log',
    trace: '/my runs/e,f/trace.log',
    disks: { cmb: '/tmp/g h,i/cmb.img', disk: '/s/disk.img' },
  });
  t.is(after(argv, '-kernel'), '/my kernels/a,b/bzImage'); // no option list: a comma is a comma
  t.is(after(argv, '-initrd'), '/my images/c,d.cpio');
  t.is(after(argv, '-chardev'), 'file,id=console,path=/my runs/e,,f/console.log');
  t.is(after(argv, '-D'), '/my runs/e,f/trace.log');
  t.is(after(argv, '-blockdev'), 'driver=file,node-name=file-cmb,filename=/tmp/g h,,i/cmb.img,locking=off');
});

test('a guest reaches nobody, and is reached from 127.0.0.1 alone', (t) => {
  for (const shape of [behindSwitch, hostbridge, blocked]) {
    const argv = qemuArgv({ ...spec, shape });
    const networks = argv.filter((_, index) => ['-netdev', '-nic', '-net'].includes(argv[index - 1] ?? ''));
    t.deepEqual(networks, ['user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22']);
    t.false(argv.some((word) => /^-(vnc|spice|qmp|monitor|gdb|s|S|incoming)$/.test(word)));
    t.false(argv.some((word) => /\b(tcp|udp|vnc|telnet|websocket):(?!127\.0\.0\.1:)/.test(word)));
  }
});

test('under KVM a Zen CPU also says who made it, and another one is left alone', (t) => {
  const kvm = qemuArgv({ ...spec, accelerator: 'kvm' });
  t.is(after(kvm, '-accel'), 'kvm');
  t.is(after(kvm, '-cpu'), 'EPYC,vendor=AuthenticAMD');
  t.is(after(qemuArgv({ ...spec, shape: blocked, accelerator: 'kvm' }), '-cpu'), 'qemu64');
});

test('the same machine is the same words', (t) => {
  t.deepEqual(qemuArgv(spec), qemuArgv(structuredClone(spec)));
});

test('every device has a disk, named as it is', (t) => {
  t.deepEqual(disksOf(behindSwitch), [
    { id: 'cmb', sizeMiB: 64 },
    { id: 'disk', sizeMiB: 64 },
  ]);
});

test('a plain disk has no file and no place behind a port', (t) => {
  t.true(
    said({ shape: neighbours }).includes(
      '-blockdev driver=null-co,node-name=plain-plain,size=67108864,read-zeroes=on' +
        ' -device virtio-blk-pci,id=plain,serial=plain,drive=plain-plain,addr=0x1d -device pcie-root-port',
    ),
  );
});

test('two functions of one slot sit on one port', (t) => {
  const words = said({ shape: slot });
  t.true(words.includes(nvme('cmb', 'rp0,addr=0.0,multifunction=on', ',cmb_size_mb=64')));
  t.true(words.includes(nvme('disk', 'rp0,addr=0.1')));
});

test('function 0 of a slot is plugged last: the guest looks for the others when it comes', (t) => {
  t.deepEqual(
    plugOrder(slot).map(({ id, addr }) => [id, addr]),
    [
      ['disk', '0.1'],
      ['cmb', '0.0'],
    ],
  );
  t.deepEqual(
    plugOrder(behindSwitch).map(({ id }) => id),
    ['cmb', 'disk'],
  );
});

test('CPUs that count instructions share a thread, and only TCG counts them', (t) => {
  const counted = said({ shape: { ...behindSwitch, icount: 3 } });
  t.true(counted.includes(' -icount shift=3 '));
  t.true(counted.includes(' -accel tcg,thread=single '));
  t.true(said({}).includes(' -accel tcg,thread=multi '));
  t.notRegex(said({ shape: { ...behindSwitch, icount: 3 }, accelerator: 'kvm' }), /icount|thread=/);
});

test('an IOMMU comes before what it translates for, and pciehp is what is left without ACPI hotplug', (t) => {
  const words = said({ shape: iommu });
  t.regex(words, / -device intel-iommu .*virtio-net.*pcie-root-port/);
  t.deepEqual(appendOf(iommu), ['intel_iommu=on']);
  t.deepEqual(appendOf({ ...behindSwitch, kmemleak: true }), ['kmemleak=on', 'kmemleak.verbose=1']);
  t.deepEqual(appendOf({ ...behindSwitch, submissionQueues: 'ram' }), ['nvme.use_cmb_sqes=0']);
  t.true(said({ shape: pciehp }).includes(' -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off '));
  t.false(said({}).includes('-global'));
});

test('a root complex of its own has a port of its own, and buses away from those of the chipset', (t) => {
  const words = qemuArgv({ ...spec, shape: twoRoots }).join(' ');
  t.regex(
    words,
    /-device pxb-pcie,id=rc0,bus=pcie\.0,addr=0x4,bus_nr=64 -device pcie-root-port,id=rp0,bus=rc0,/,
  );
  t.regex(words, /-device pcie-root-port,id=rp1,bus=pcie\.0,addr=0x5,/);
  t.regex(words, /-device nvme,id=cmb,[^ ]*bus=rp0/);
});
