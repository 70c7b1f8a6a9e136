import test from 'ava';
import { loadOrder, moduleName, parseDependencies } from '../../src/images/modules.js';

const table = parseDependencies(
  [
    'kernel/drivers/nvme/host/nvme.ko.xz: kernel/drivers/nvme/host/nvme-core.ko.xz kernel/lib/crc.ko.xz',
    'kernel/drivers/nvme/host/nvme-core.ko.xz: kernel/drivers/nvme/common/nvme-auth.ko.xz',
    'kernel/drivers/nvme/common/nvme-auth.ko.xz:',
    'kernel/lib/crc.ko.xz:',
    'kernel/a.ko: kernel/b.ko',
    'kernel/b.ko: kernel/a.ko',
  ].join('\n'),
);

test('a module comes after everything it needs, and each comes once', (t) => {
  const { files, unknown } = loadOrder(['nvme_core', 'nvme'], table);
  t.deepEqual(files.map(moduleName), ['nvme_auth', 'nvme_core', 'crc', 'nvme']);
  t.deepEqual(unknown, []);
});

test('dashes and underscores are the same letter in a module name', (t) => {
  t.deepEqual(loadOrder(['nvme-auth'], table), loadOrder(['nvme_auth'], table));
  t.is(moduleName('kernel/x/virtio-rng.ko.zst'), 'virtio_rng');
});

test('a module that no file provides is named', (t) => {
  t.deepEqual(loadOrder(['nope', 'nvme_auth'], table).unknown, ['nope']);
});

test('modules that need each other do not send the sort in circles', (t) => {
  t.deepEqual(loadOrder(['a'], table).files.map(moduleName), ['b', 'a']);
});
