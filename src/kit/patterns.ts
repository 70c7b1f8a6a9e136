import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 compile each pattern the first time it is used. It would interpret it then, and compile it only when it is used
 * again: for a process that is about to use hundreds of patterns thousands of times, that is work done twice.
 */
export function compilePatternsAtOnce(): void {
  setFlagsFromString('--no-regexp-tier-up');
}
