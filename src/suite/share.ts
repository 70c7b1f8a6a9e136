/** AVA's workers for a run: each can look after so many guests at once before its thread is too busy to be in time. */
const guestsPerWorker = 8;
const mostWorkers = 4;

/** Files in src/suite/workers/, a worker each. */
const names = ['one', 'two', 'three', 'four'] as const;

/** The test files that AVA runs for so many guests at once. */
export function workerFiles(jobs: number): string[] {
  const count = Math.min(mostWorkers, Math.ceil(jobs / guestsPerWorker));
  return names.slice(0, Math.max(1, count)).map((name) => `src/suite/workers/${name}.ts`);
}

/** What one of `of` workers does: every so many-th scenario, and its part of the guests at once. */
export function shareOf<T>(
  worker: number,
  of: number,
  { scenarios, jobs }: { readonly scenarios: readonly T[]; readonly jobs: number },
): { readonly scenarios: readonly T[]; readonly jobs: number } {
  return {
    scenarios: scenarios.filter((_, index) => index % of === worker),
    jobs: Math.max(1, Math.floor(jobs / of) + (worker < jobs % of ? 1 : 0)),
  };
}
