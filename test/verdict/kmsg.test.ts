import test from 'ava';
import { formatKmsg, parseKmsg, sequenceGaps } from '../../src/verdict/kmsg.js';

const text =
  '6,0,0,-;Linux version 6.12\n SUBSYSTEM=none\n5,1,1500000,-,caller=T1;lastref: begin x\nnoise\n4,2,1600000,-;a;b\n';

test('records keep sequence number, level, time and text', (t) => {
  t.deepEqual(parseKmsg(text), [
    { sequence: 0, level: 6, facility: 0, microseconds: 0, text: 'Linux version 6.12' },
    { sequence: 1, level: 5, facility: 0, microseconds: 1_500_000, text: 'lastref: begin x' },
    { sequence: 2, level: 4, facility: 0, microseconds: 1_600_000, text: 'a;b' },
  ]);
});

test('an unbroken log has no gap', (t) => {
  t.deepEqual(sequenceGaps(parseKmsg(text)), []);
});

test('records that were overwritten are counted, at the start and in the middle', (t) => {
  const gaps = sequenceGaps(parseKmsg('6,3,0,-;a\n6,4,0,-;b\n6,9,0,-;c\n'));
  t.deepEqual(
    gaps.map(({ detail }) => detail),
    ['3 kernel log records before number 3 are gone', '4 kernel log records before number 9 are gone'],
  );
});

test('a record is printed with its number and its time in seconds', (t) => {
  t.is(formatKmsg(parseKmsg('5,12,1500000,-;hello\n')), '12 <5> [    1.500000] hello\n');
});
