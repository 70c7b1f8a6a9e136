import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { InFlight, NvmeTrace } from '../../src/guest/nvme-trace.js';
import { scratch } from '../artifacts/support/sample-run.js';

/** Lines as QEMU 7.2 writes them (hw/nvme/trace-events), with its pid and time stamp. */
const read = (cid: number, nsid: number): string =>
  `12@1700000000.000000:pci_nvme_read cid ${cid} nsid ${nsid} nlb 8 count 4096 lba 0x0`;
const write = (cid: number, nsid: number): string =>
  `12@1700000000.000000:pci_nvme_write cid ${cid} opname 'NVME_NVM_CMD_WRITE' nsid ${nsid} nlb 8 count 4096 lba 0x0`;
const done = (cid: number): string => `12@1700000000.000001:pci_nvme_rw_cb cid ${cid} blk 'disk'`;

/** Whatever pieces the trace comes in, the count is the same. */
function countInFlight(trace: string): number {
  const [whole, cut] = [new InFlight(), new InFlight()];
  whole.push(trace);
  for (const piece of trace.match(/.{1,7}/gs) ?? []) cut.push(piece);
  if (whole.count !== cut.count) throw new Error(`${whole.count} in one piece, ${cut.count} in several`);
  return whole.count;
}

const log = (...lines: string[]): string => `${lines.join('\n')}\n`;

test('what was begun and not completed is in flight', (t) => {
  t.is(countInFlight(''), 0);
  t.is(countInFlight(log(write(1, 2))), 1);
  t.is(countInFlight(log(write(1, 2), done(1))), 0);
  t.is(countInFlight(log(read(1, 2), write(2, 2), read(3, 2), done(2))), 2);
});

test('two controllers may use one command id at the same time: each completion ends one', (t) => {
  t.is(countInFlight(log(write(7, 1), write(7, 1))), 2);
  t.is(countInFlight(log(write(7, 1), write(7, 1), done(7))), 1);
  t.is(countInFlight(log(write(7, 1), write(7, 1), done(7), done(7))), 0);
});

test('a command id is used again after its completion', (t) => {
  t.is(countInFlight(log(read(5, 2), done(5), read(5, 2))), 1);
});

test('a completion without a beginning, and a line that is cut, count nothing', (t) => {
  t.is(countInFlight(log(done(9))), 0);
  t.is(countInFlight(log(write(1, 2), 'pci_nvme_rw_cb cid')), 1);
  t.is(countInFlight("pci_nvme_write cid 3 opname 'NVME_NVM_CMD_WRITE' nsid 2"), 0);
});

test('the trace is read from its file, each time from where the last look ended', async (t) => {
  const file = path.join(await scratch(t), 'trace.log');
  await writeFile(file, log(write(1, 2)));
  const trace = new NvmeTrace(file);
  t.is(await trace.inFlight(), 1);
  await appendFile(file, log(write(2, 2), write(3, 2)));
  t.deepEqual(await Promise.all([trace.inFlight(), trace.inFlight()]), [3, 3]);
  await appendFile(file, log(done(1)).slice(0, -1));
  t.is(await trace.inFlight(), 3, 'the line is not whole yet');
  await appendFile(file, '\n');
  t.is(await trace.inFlight(), 2);
  await t.throwsAsync(new NvmeTrace(`${file}.gone`).inFlight(), { code: 'ENOENT' });
});
