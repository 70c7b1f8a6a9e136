import test from 'ava';
import { activityOf, type CpuLook, parseRegisters, stuckCpus } from '../../src/guest/cpu-look.js';

const look = (change: Partial<CpuLook> = {}): CpuLook => ({
  cpu: 0,
  ip: 1n,
  frame: 2n,
  isUser: false,
  isHalted: false,
  hasInterrupts: true,
  ...change,
});

test('registers are read of every CPU, as QEMU prints them', (t) => {
  const text = `CPU#0\r\nRAX=0 RBP=ffffc90000013e50 RSP=0\r\nRIP=ffffffff81e3a0ab RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1\r\n
CPU#1\r\nRBP=0000000000000001 RSP=0\r\nRIP=00000000004011a3 RFL=00000002 [-------] CPL=3 II=0 A20=1 SMM=0 HLT=0\r\n`;
  t.deepEqual(parseRegisters(text), [
    look({ ip: 0xffffffff81e3a0abn, frame: 0xffffc90000013e50n, isHalted: true }),
    look({ cpu: 1, ip: 0x4011a3n, frame: 1n, isUser: true, hasInterrupts: false }),
  ]);
  t.deepEqual(parseRegisters('Unable to tell'), []);
});

test('a guest is idle when all CPUs rest in every look, and runs programs when any does', (t) => {
  const idle = look({ isHalted: true });
  t.is(activityOf([[idle, idle], [idle]]), 'idle');
  t.is(activityOf([[idle, look()], [idle]]), 'kernel');
  t.is(activityOf([[look()], [look({ isUser: true })]]), 'programs');
});

test('a CPU is stuck when it was at work in the kernel each time', (t) => {
  const other = look({ cpu: 1, isUser: true });
  t.deepEqual(
    stuckCpus([
      [look(), other],
      [look(), look({ cpu: 1 })],
    ]),
    [0],
  );
  t.deepEqual(stuckCpus([[look()], [look({ isHalted: true })]]), []);
});
