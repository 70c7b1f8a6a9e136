import test from 'ava';
import ssh2 from 'ssh2';
import { makeHostKey } from '../../src/images/host-key.js';

test('the public line of a host key is one that an SSH client accepts', (t) => {
  const parsed = ssh2.utils.parseKey(makeHostKey().publicLine);
  t.false(parsed instanceof Error);
});

test('the private file holds both halves under the name of the algorithm, as dropbear stores them', (t) => {
  const { privateFile, publicLine } = makeHostKey();
  const blob = Buffer.from(publicLine.split(' ')[1] ?? '', 'base64');
  t.is(privateFile.length, 4 + 11 + 4 + 64);
  t.is(privateFile.readUInt32BE(15), 64);
  t.deepEqual(privateFile.subarray(-32), blob.subarray(-32));
});

test('no two host keys are the same', (t) => {
  t.not(makeHostKey().publicLine, makeHostKey().publicLine);
});
