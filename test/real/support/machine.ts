import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { withLock } from '../../../src/kit/lock.js';
import { cacheRoot } from '../../../src/kit/paths.js';

/** Idle time after which AVA gives a real test up, in ms: a kernel may have to be built first. */
const patienceMs = 3 * 3600 * 1000;

/** Runs `body` while no other real test uses this machine: guests of two test files at once would starve each other. */
export async function alone<T>(t: ExecutionContext, body: () => Promise<T>): Promise<T> {
  t.timeout(patienceMs);
  return withLock(path.join(cacheRoot(), 'real-tests.lock'), body, {
    onWait: () => t.log('waiting for the other tests with real guests'),
  });
}

/** Words that choose the kernel: the default one, or what LASTREF_TEST_KERNEL names. */
export const kernelWords: readonly string[] =
  process.env['LASTREF_TEST_KERNEL'] === undefined ? [] : ['--kernel', process.env['LASTREF_TEST_KERNEL']];
