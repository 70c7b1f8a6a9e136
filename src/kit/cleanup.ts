import { messageOf } from './errors.js';

/** Teardown in reverse order. Every step runs even when an earlier one failed; run() is safe to call twice. */
export class Cleanup {
  readonly #steps: { name: string; step: () => unknown }[] = [];

  /** Registers a step before the thing it undoes is made, so that nothing is left when making it fails half-way. */
  add(name: string, step: () => unknown): void {
    this.#steps.push({ name, step });
  }

  /** Runs what is registered; returns one sentence per step that failed. */
  async run(): Promise<string[]> {
    const failures: string[] = [];
    for (let next = this.#steps.pop(); next !== undefined; next = this.#steps.pop()) {
      try {
        await next.step();
      } catch (error) {
        failures.push(`${next.name}: ${messageOf(error)}`);
      }
    }
    return failures;
  }
}
