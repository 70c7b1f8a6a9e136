import { LastrefError } from '../kit/errors.js';
import type { Nvme } from './nvme.js';
import type { Storage } from './owner.js';
import type { GuestUnderTest } from './under-test.js';

const mountRoot = '/tmp/mounts';

/** What makes each filesystem, with the options that keep it small. busybox makes ext2, which the ext4 driver mounts. */
const makers = {
  ext4: (node: string) => ['mke2fs', '-F', node],
  // These three together are what tells mkfs.xfs that a test wants less than its usual 300 MiB.
  xfs: (node: string) => [
    ...['env', 'TEST_DIR=/tmp', 'TEST_DEV=/dev/null', 'QA_CHECK_FS=1'],
    ...['mkfs.xfs', '-q', '-f', node],
  ],
  vfat: (node: string) => ['mkdosfs', node],
} as const;

export type Filesystem = keyof typeof makers;

/** A file of 2 MiB of zeros on a new filesystem of a disk: every block of it is there before anybody asks. */
export async function fileOn(guest: GuestUnderTest, kind: Filesystem, disk: Storage): Promise<Storage> {
  const folder = `${mountRoot}/${kind}`;
  const node = `${folder}/file`;
  await guest.run(['mkdir', '-p', folder]);
  await guest.run(makers[kind](disk.node), 30_000);
  await guest.run(['mount', '-t', kind, disk.node, folder]);
  await guest.run(['dd', 'if=/dev/zero', `of=${node}`, 'bs=64k', 'count=32'], 30_000);
  await guest.run(['sync']);
  return { id: `a file of ${kind} on ${disk.id}`, node };
}

/** A loop device over a file of 16 MiB in memory. */
export async function loopDevice(guest: GuestUnderTest): Promise<Storage> {
  await guest.run(['dd', 'if=/dev/zero', 'of=/tmp/loop.image', 'bs=64k', 'count=256'], 30_000);
  const node = (await guest.run(['losetup', '-f'])).trim();
  await guest.run(['losetup', node, '/tmp/loop.image']);
  return { id: 'a loop device', node };
}

/** The virtio disk of the shape that has this id. */
export async function plainDisk(guest: GuestUnderTest, id: string): Promise<Storage> {
  const serials = ['a', 'b', 'c', 'd'].map((letter) => `/sys/block/vd${letter}/serial`);
  const { stdout } = await guest.exec(['grep', '-l', '-x', id, ...serials]);
  const name = /\/sys\/block\/(vd[a-z]+)\//.exec(stdout)?.[1];
  if (name === undefined)
    throw new LastrefError(`the guest has no virtio disk with serial ${id}`, { blame: 'test' });
  return { id: `virtio disk ${id}`, node: `/dev/${name}` };
}

/**
 * An array of disks without any metadata on them, made through sysfs alone (Documentation/admin-guide/md.rst):
 * size in KiB of each member, chunk in bytes.
 */
export async function array(
  guest: GuestUnderTest,
  level: 'raid0' | 'raid1',
  members: readonly Storage[],
): Promise<Storage> {
  const name = ['md', level, ...members.map(({ node }) => node.replace('/dev/', ''))].join('_'); // of its own: names linger
  await guest.write('/sys/module/md_mod/parameters/new_array', name);
  const md = `/sys/block/${name}/md`;
  await guest.write(`${md}/metadata_version`, 'none');
  await guest.write(`${md}/level`, level);
  await guest.write(`${md}/raid_disks`, String(members.length));
  if (level === 'raid0') await guest.write(`${md}/chunk_size`, '65536');
  for (const [slot, { node }] of members.entries()) {
    const block = node.replace('/dev/', '');
    await guest.write(`${md}/new_dev`, (await guest.read(`/sys/block/${block}/dev`)).trim());
    await guest.write(`${md}/dev-${block}/size`, '32768');
    await guest.write(`${md}/dev-${block}/slot`, String(slot)); // and in sync, as long as nothing runs
  }
  await guest.write(`${md}/component_size`, '32768');
  await guest.write(`${md}/resync_start`, 'none'); // what the members hold is of no interest
  await guest.write(`${md}/array_state`, 'active');
  return { id: `${level} of ${members.map(({ id }) => id).join(' and ')}`, node: `/dev/${name}` };
}

/** Stops an array that nobody has open: its members are free again. */
export async function stopArray(guest: GuestUnderTest, whole: Storage): Promise<void> {
  const state = `/sys/block/${whole.node.replace('/dev/', '')}/md/array_state`;
  await guest.write(state, 'clear');
}

/** Takes a device from its driver and gives it to vfio-pci. Returns the node of its IOMMU group. */
export async function giveToVfio(guest: GuestUnderTest, device: Nvme): Promise<string> {
  // The emulated IOMMU remaps no interrupts, and without that vfio attaches no group (drivers/vfio/vfio_iommu_type1.c).
  await guest.write('/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts', '1');
  await guest.write(`${device.sysfs}/driver_override`, 'vfio-pci');
  await guest.write(`${device.sysfs}/driver/unbind`, device.bdf);
  await guest.write('/sys/bus/pci/drivers_probe', device.bdf);
  const group = (await guest.run(['readlink', `${device.sysfs}/iommu_group`])).trim();
  return `/dev/vfio/${group.split('/').at(-1)}`;
}
