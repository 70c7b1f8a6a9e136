import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { gib, privateMemory, readMemory } from '../../src/suite/memory.js';
import { scratch } from '../artifacts/support/sample-run.js';

const meminfo = 'MemTotal:       16777216 kB\nMemFree:          100 kB\nMemAvailable:    8388608 kB\n';
const GiB = 1024 ** 3;

/** A root folder with these files. */
async function host(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await scratch(t);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return root;
}

test('without a cgroup the host says what is free', async (t) => {
  const root = await host(t, { 'proc/meminfo': meminfo });
  t.deepEqual(await readMemory(root), { free: 8 * GiB, total: 16 * GiB, bound: "the host's memory" });
});

test('a limit of cgroup v2, of ours or above, is what counts where it is lower; file pages can be had back', async (t) => {
  const root = await host(t, {
    'proc/meminfo': meminfo,
    'proc/self/cgroup': '0::/ci.slice/job\n',
    'sys/fs/cgroup/ci.slice/job/memory.max': 'max\n',
    'sys/fs/cgroup/ci.slice/job/memory.current': `${GiB}\n`,
    'sys/fs/cgroup/ci.slice/memory.max': `${4 * GiB}\n`,
    'sys/fs/cgroup/ci.slice/memory.current': `${3 * GiB}\n`,
    'sys/fs/cgroup/ci.slice/memory.stat': `anon 1\nactive_file ${GiB}\ninactive_file ${GiB / 2}\nshmem 7\n`,
  });
  t.deepEqual(await readMemory(root), {
    free: 2.5 * GiB,
    total: 4 * GiB,
    bound: 'the memory limit of its cgroup',
  });
});

test('a limit of cgroup v1 counts, and its "no limit" does not', async (t) => {
  const files = {
    'proc/meminfo': meminfo,
    'proc/self/cgroup': '9:cpu,cpuacct:/x\n4:memory:/job\n0::/\n',
    'sys/fs/cgroup/memory/job/memory.limit_in_bytes': `${2 * GiB}\n`,
    'sys/fs/cgroup/memory/job/memory.usage_in_bytes': `${2 * GiB}\n`,
    'sys/fs/cgroup/memory/job/memory.stat': `total_active_file ${GiB}\ntotal_inactive_file 0\n`,
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    'sys/fs/cgroup/memory/memory.usage_in_bytes': `${12 * GiB}\n`,
  };
  t.like(await readMemory(await host(t, files)), { free: GiB, total: 2 * GiB });
  const without = { ...files, 'sys/fs/cgroup/memory/job/memory.limit_in_bytes': '9223372036854771712\n' };
  t.like(await readMemory(await host(t, without)), { free: 8 * GiB, total: 16 * GiB });
});

test('a process has memory of its own until it is gone', async (t) => {
  t.true(((await privateMemory(process.pid)) ?? 0) > 1024 ** 2);
  t.is(await privateMemory(2 ** 22 + 1), undefined);
});

test('this host has memory', async (t) => {
  const { free, total } = await readMemory();
  t.true(free > 0 && free <= total && Number.isSafeInteger(total), `${gib(free)} of ${gib(total)}`);
});
