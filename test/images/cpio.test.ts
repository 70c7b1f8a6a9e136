import test from 'ava';
import { type CpioEntry, compress, packCpio } from '../../src/images/cpio.js';

/** Names, modes and data of a newc archive, read field by field. */
function unpack(archive: Buffer): { name: string; mode: number; mtime: number; uid: number; data: Buffer }[] {
  const members: ReturnType<typeof unpack> = [];
  for (let at = 0; ; ) {
    const field = (index: number): number =>
      Number.parseInt(archive.subarray(at + 6 + index * 8, at + 14 + index * 8).toString(), 16);
    const name = archive.subarray(at + 110, at + 110 + field(11) - 1).toString();
    const start = at + Math.ceil((110 + field(11)) / 4) * 4;
    if (name === 'TRAILER!!!') return members;
    const data = archive.subarray(start, start + field(6));
    members.push({ name, mode: field(1), mtime: field(5), uid: field(2), data });
    at = start + Math.ceil(field(6) / 4) * 4;
  }
}

const entries: CpioEntry[] = [
  { path: 'usr/bin/x', kind: 'file', mode: 0o755, data: 'seven77' },
  { path: 'bin/sh', kind: 'link', data: '/bin/busybox' },
  { path: 'dev/console', kind: 'character-device', device: [5, 1] },
  { path: 'root', kind: 'directory', mode: 0o700 },
];

test('folders nobody named come before what is in them, owned by root at time zero', (t) => {
  const members = unpack(packCpio(entries));
  t.deepEqual(
    members.map((one) => one.name),
    ['bin', 'bin/sh', 'dev', 'dev/console', 'root', 'usr', 'usr/bin', 'usr/bin/x'],
  );
  t.true(members.every((one) => one.mtime === 0 && one.uid === 0));
});

test('types, permissions and contents survive packing', (t) => {
  const members = new Map(unpack(packCpio(entries)).map((one) => [one.name, one]));
  t.is(members.get('usr/bin/x')?.mode, 0o100755);
  t.is(members.get('usr/bin/x')?.data.toString(), 'seven77');
  t.is(members.get('bin/sh')?.mode, 0o120777);
  t.is(members.get('bin/sh')?.data.toString(), '/bin/busybox');
  t.is(members.get('dev/console')?.mode, 0o020600);
  t.is(members.get('root')?.mode, 0o040700);
});

test('the same files in another order give the same bytes', (t) => {
  t.deepEqual(compress(packCpio(entries)), compress(packCpio([...entries].reverse())));
});

test('an archive ends on a block so that another one can follow', (t) => {
  t.is(packCpio(entries).length % 512, 0);
});
