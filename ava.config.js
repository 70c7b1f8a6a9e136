// Two worlds, one scheduler: the project's own tests (`npx ava`) and the suites that question a kernel
// (`npx ava suites/...`, or `lastref run`, which sets LASTREF_PLAN). The idle timeout is AVA's, and it is
// global: a guest that boots asserts nothing for a while, so it is long; every real wait has its own deadline.
const suites =
  process.env.LASTREF_PLAN !== undefined || process.argv.some((word) => word.startsWith('suites/'));
// A run has few workers, and each puts many questions (src/suite/batch.ts).
const batch = process.env.LASTREF_BATCH !== undefined;

export default {
  files: batch ? ['src/suite/workers/*.ts'] : suites ? ['suites/**/*.ts'] : ['test/**/*.test.ts'],
  typescript: {
    rewritePaths: { 'test/': 'build/test/', 'suites/': 'build/suites/', 'src/': 'build/src/' },
    compile: false,
  },
  timeout: '40m',
  cache: false,
  workerThreads: true,
  ...(suites ? { concurrency: Number(process.env.LASTREF_JOBS ?? 2) } : {}),
};
