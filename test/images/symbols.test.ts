import test from 'ava';
import { SymbolTable } from '../../src/images/symbols.js';

const map = `ffffffff81000000 T _text
ffffffff81000000 0000000000000030 T first
ffffffff81000040 t twin
ffffffff81000060 t twin
ffffffff81000068 r a_constant
ffffffff81000090 T last
ffffffff82000000 D data
`;

test('a function is found by its name and the size that the kernel prints for it', (t) => {
  const table = new SymbolTable(map);
  t.deepEqual(table.find('first', 0x40), [0xffffffff81000000n], 'up to the next symbol');
  t.deepEqual(table.find('first', 0x30), [0xffffffff81000000n], 'or as the compiler has it');
  t.deepEqual(table.find('twin', 0x20), [0xffffffff81000040n], 'of two with one name, the one that fits');
  t.deepEqual(
    table.find('twin', 0x30),
    [0xffffffff81000060n],
    'data between functions may not be known to the kernel',
  );
  t.is(table.find('twin', 0x21), 'its size in the vmlinux is 0x8, not 0x21: it is not this kernel’s');
  t.is(table.find('data', 1), 'the vmlinux has no such symbol', 'data is no function');
});

test('an address has the name of the function it is in', (t) => {
  const table = new SymbolTable(map);
  t.is(table.nameOf(0xffffffff81000061n), 'twin+0x1/0x8');
  t.is(table.nameOf(0xffffffff80ffffffn), null);
  t.is(table.nameOf(0xffffffff90000000n), null);
  t.is(new SymbolTable('').nameOf(1n), null);
});
