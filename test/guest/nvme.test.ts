import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bootGuest } from '../../src/guest/boot.js';
import { findDevices, type Nvme } from '../../src/guest/nvme.js';
import type { FileWrite } from '../../src/guest/removals.js';
import type { Removal, Remover } from '../../src/guest/remover.js';
import { LastrefError } from '../../src/kit/errors.js';
import { fakeGuest, fakeQemu, type Seen } from '../support/fake-guest.js';
import type { FakeAnswer, FakeScript } from '../support/fake-script.js';

process.env['LASTREF_QEMU'] = fakeQemu;

/** How `ls -d PATTERN` is asked, and what it prints. */
const glob = (pattern: string, ...paths: string[]): FakeAnswer => ({
  starts: `sh -c 'ls -d $0 2>/dev/null' '${pattern}'`,
  stdout: paths.map((path) => `${path}\n`).join(''),
});

/** Two controllers with their disks, as sysfs shows them. */
const looks: readonly FakeAnswer[] = [
  glob('/sys/class/nvme/nvme*', '/sys/class/nvme/nvme0', '/sys/class/nvme/nvme1'),
  ...[
    ['nvme0', 'cmb', '0000:03:00.0'],
    ['nvme1', 'disk', '0000:04:00.0'],
  ].flatMap(([name = '', serial = '', bdf = '']) => [
    glob(`/sys/class/nvme/${name}/nvme*n*`, `/sys/class/nvme/${name}/${name}n1`),
    { starts: `cat /sys/class/nvme/${name}/serial`, stdout: `${serial}  \n` },
    { starts: `cat /sys/class/nvme/${name}/address`, stdout: `${bdf}\n` },
  ]),
  glob('/sys/bus/pci/slots/*/address', '/sys/bus/pci/slots/2/address'),
  { starts: 'cat /sys/bus/pci/slots/2/address', stdout: '0000:03:00\n' },
  glob('/sys/block/nvme*/inflight', '/sys/block/nvme0n1/inflight', '/sys/block/nvme1n1/inflight'),
];

const finished = (name: string): Removal =>
  ({ name, finished: async () => ({ errno: null, elapsedMs: 1 }) }) as unknown as Removal;

interface Bench {
  readonly cmb: Nvme;
  readonly disk: Nvme;
  readonly directory: string;
  readonly seen: Seen[];
  readonly removals: string[];
  /** What the guest says is in flight, reads and writes. */
  inFlight(reads: number, writes: number): Promise<void>;
  /** What QEMU's trace gets. */
  trace(line: string): Promise<void>;
  qmp(): Promise<string>;
}

/** The two devices of a fake guest, with both witnesses of what is in flight in hand. */
async function bench(t: ExecutionContext, script: Partial<FakeScript> = {}): Promise<Bench> {
  const { spec, directory, seen } = await fakeGuest(t, {
    ...script,
    answers: [
      ...(script.answers ?? []),
      ...looks,
      { starts: 'cat /sys/block/nvme0n1/inflight', stdout: '       0        0\n' },
      { starts: 'cat /sys/block/nvme1n1/inflight', prints: 'inflight' },
    ],
  });
  const inFlight = (reads: number, writes: number): Promise<void> =>
    writeFile(
      path.join(directory, 'inflight'),
      `${String(reads).padStart(8)} ${String(writes).padStart(8)}\n`,
    );
  await inFlight(0, 0);
  const guest = await bootGuest(spec);
  t.teardown(() => guest.stop());
  const removals: string[] = [];
  const remover = {
    write: (name: string, writes: readonly FileWrite[]): Removal => {
      for (const { file, value } of writes) removals.push(`${name}: ${value} > ${file}`);
      return finished(name);
    },
    unplug: (name: string, id: string): Removal => {
      removals.push(`${name}: device_del ${id}`);
      return finished(name);
    },
  } as unknown as Remover;
  const { cmb, disk } = await findDevices(guest, remover);
  if (cmb === undefined || disk === undefined) throw new Error('the devices were not found');
  return {
    ...{ cmb, disk, directory, seen, removals, inFlight },
    trace: (line) => appendFile(guest.traceFile, `${line}\n`),
    qmp: () => readFile(path.join(directory, 'qmp.jsonl'), 'utf8'),
  };
}

test.serial('devices are found by their serial numbers, wherever the kernel put them', async (t) => {
  const { cmb, disk } = await bench(t);
  t.like(cmb, { id: 'cmb', bdf: '0000:03:00.0', block: 'nvme0n1', node: '/dev/nvme0n1' });
  t.like(disk, { id: 'disk', bdf: '0000:04:00.0', node: '/dev/nvme1n1', size: 64 * 1024 * 1024 });
});

test.serial(
  'a request is in flight when guest and QEMU agree, and a hold knows when it is not',
  async (t) => {
    const { disk, seen, inFlight, trace, qmp } = await bench(t);
    await disk.hold();
    const throttle = /"block_set_io_throttle","arguments":\{"id":"disk","bps":1,/;
    t.regex(await qmp(), throttle);
    t.regex(await qmp(), /"qemu-io -d disk \\"read 0 1048576\\""/);
    await t.throwsAsync(disk.hold(), { message: 'disk is held already' });
    await inFlight(0, 1);
    await trace("pci_nvme_write cid 7 opname 'NVME_NVM_CMD_WRITE' nsid 2 nlb 8 count 4096 lba 0x0");
    await disk.untilInFlight(1);
    await disk.release();
    t.regex((await qmp()).split(throttle)[1] ?? '', /"block_set_io_throttle".*"bps":0,/);
    await t.throwsAsync(disk.release(), { message: 'disk is not held' });
    t.deepEqual(
      seen.filter(({ source }) => source === 'scenario').map(({ event, fields }) => [event, fields]),
      [
        ['hold', { disk: 'disk' }],
        ['in-flight', { disk: 'disk', guest: 1, qemu: 1 }],
        ['release', { disk: 'disk' }],
      ],
    );
  },
);

test.serial('what only one of the two has seen is not in flight', async (t) => {
  const { disk, inFlight } = await bench(t);
  await disk.hold();
  await inFlight(1, 0);
  const error = await t.throwsAsync<LastrefError>(disk.untilInFlight(1), { instanceOf: LastrefError });
  t.regex(
    error?.message ?? '',
    /1 requests in flight on disk, .*\(last: guest 1 \(1 on all disks\), QEMU 0 on all\)/,
  );
});

test.serial('a disk that is busy cannot be held: whose requests would be counted?', async (t) => {
  const { disk, inFlight, qmp } = await bench(t);
  await inFlight(2, 0);
  const error = await t.throwsAsync<LastrefError>(disk.hold(), { message: /2 requests in flight before/ });
  t.is(error?.blame, 'test');
  t.notRegex(await qmp(), /block_set_io_throttle/);
});

test.serial('a hold that QEMU could not make is no hold', async (t) => {
  const { disk } = await bench(t, { monitor: { 'qemu-io': "Device 'ns-disk' not found\r\n" } });
  const error = await t.throwsAsync<LastrefError>(disk.hold(), {
    message: "QEMU could not hold disk: Device 'ns-disk' not found",
  });
  t.is(error?.blame, 'harness');
});

test.serial('a removal is a write to sysfs or a request to QEMU', async (t) => {
  const { cmb, removals } = await bench(t);
  cmb.unbind();
  cmb.remove('controller-reset');
  cmb.remove('flr');
  cmb.remove('bus-master-off');
  cmb.remove('slot-power-off');
  cmb.remove('device-del-pciehp');
  cmb.comeBack('rebind');
  const pci = '/sys/bus/pci';
  t.deepEqual(removals, [
    `unbind cmb: 0000:03:00.0 > ${pci}/drivers/nvme/unbind`,
    `controller-reset cmb: 1 > ${pci}/devices/0000:03:00.0/nvme/nvme0/reset_controller`,
    `flr cmb: flr > ${pci}/devices/0000:03:00.0/reset_method`,
    `flr cmb: 1 > ${pci}/devices/0000:03:00.0/reset`,
    `bus-master-off cmb: 0204 > ${pci}/devices/0000:03:00.0/config`,
    `slot-power-off cmb: 0 > ${pci}/slots/2/power`,
    'device-del-pciehp cmb: device_del cmb',
    `rebind cmb: 0000:03:00.0 > ${pci}/drivers/nvme/bind`,
  ]);
});

test.serial('a removal that would wedge QEMU cannot be said while the disk is held', async (t) => {
  const { disk, removals } = await bench(t);
  await disk.hold();
  const error = t.throws<LastrefError>(() => disk.remove('controller-reset'), {
    message: /would wedge QEMU/,
  });
  t.is(error?.blame, 'test');
  disk.unbind(); // waits for the requests before it touches their queue
  await disk.release();
  disk.remove('controller-reset');
  t.is(removals.length, 2);
});

test.serial('a pool is read from sysfs, and what is no number is no reading', async (t) => {
  const pool = '/sys/bus/pci/devices/0000:03:00.0/p2pmem';
  const { cmb, disk } = await bench(t, {
    answers: [
      { starts: `cat ${pool}/available`, stdout: '66846720\n' },
      { starts: `cat ${pool}/size`, stdout: '\n' },
    ],
  });
  t.is(await cmb.available(), 66846720);
  t.true(await cmb.isAllocatable());
  t.false(await disk.isAllocatable()); // it has no CMB: not even asked
  const error = await t.throwsAsync<LastrefError>(cmb.poolSize(), {
    message: /p2pmem\/size of cmb is no number: ""/,
  });
  t.is(error?.blame, 'kernel');
});

test.serial('an attribute that is gone while its device is there is the doing of the kernel', async (t) => {
  const file = '/sys/bus/pci/devices/0000:03:00.0/p2pmem/size';
  const { cmb } = await bench(t, {
    answers: [
      { starts: `cat ${file}`, code: 1, stderr: 'No such file or directory' },
      { starts: `test -e ${file}`, code: 1 },
    ],
  });
  const error = await t.throwsAsync<LastrefError>(cmb.poolSize(), {
    message: /size is not there, and cmb is$/,
  });
  t.is(error?.blame, 'kernel');
});
