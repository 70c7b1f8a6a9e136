import { once } from 'node:events';
import test from 'ava';
import { execa } from 'execa';
import { memoryOf, watchTree } from '../../bench/processes.js';
import { until } from '../../src/kit/wait.js';

test('what a tree of processes costs is read while it lives: CPU, memory, and who was there', async (t) => {
  const program = `
    const { spawn } = require('node:child_process');
    const child = spawn('sleep', ['1000']);
    for (const end = Date.now() + 1e9; process.cpuUsage().user < 2e5 && Date.now() < end; );
    console.log('worked');
    process.stdin.on('end', () => child.kill()).resume();`;
  const child = execa(process.execPath, ['--eval', program], { buffer: false, reject: false });
  const watch = watchTree(child.pid ?? 0, 10);
  await once(child.stdout, 'data');
  const seen = await until({ name: 'a look at the tree', deadlineMs: 60_000 }, async () => {
    const usage = watch.usage();
    return usage.cpuSeconds >= 0.2 && usage.aliveSeconds('sleep') > 0 ? usage : undefined;
  });
  watch.stop();
  t.true(seen.peakRssBytes >= seen.peakPssBytes && seen.peakPssBytes > 0);
  child.stdin.end();
  await child;
});

test('a process has private memory until it is gone', (t) => {
  t.true((memoryOf(process.pid)['Private_Dirty'] ?? 0) > 0);
  t.deepEqual(memoryOf(2 ** 22 + 1), {});
});
