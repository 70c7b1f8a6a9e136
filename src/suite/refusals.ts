import type { Buffer } from '../guest/buffer.js';
import type { TakeOptions, TakingCall } from '../guest/probe-types-take.js';
import { LastrefError } from '../kit/errors.js';
import { KiB, type ScenarioContext } from './scenario.js';

/** A call, what it must come to (an errno, or the result it returns), and what it is told. */
export type Row = readonly [call: TakingCall, answer: string | number, options?: TakeOptions];

/**
 * Puts every call to one fresh page of device memory each. Whatever the answer, the call must leave nothing behind:
 * the page still holds what its owner wrote, can be written, and goes back to the pool when it is unmapped. A call
 * that this guest cannot make is noted and passed over; when that is all of them, nothing was asked, and it is an error.
 */
export async function expectAnswers({ guest, expect }: ScenarioContext, rows: readonly Row[]): Promise<void> {
  const { cmb } = guest.devices;
  const owner = await guest.probe('p2pmem');
  const available = await cmb.available();
  let asked = 0;
  for (const [index, [call, answer, options]] of rows.entries()) {
    const page = await owner.map(cmb, 4 * KiB);
    await page.fill(1000 + index);
    const attempt = await owner.take(call, page, options);
    if (attempt.lacking === true) {
      guest.note('not-asked', { call, why: attempt.errno });
    } else {
      asked += 1;
      if (typeof answer === 'string') await expect(Promise.resolve(attempt)).toFailWith(answer);
      else expect(`the result of ${call}`, attempt.errno ?? attempt.result ?? null).toBe(answer);
      await expectUntouched(expect, page);
    }
    await owner.unmap(page);
    await expect(`available after ${call}`, () => cmb.available(), 'pool-balances').toBecome(available);
  }
  if (asked === 0) throw new LastrefError('none of the calls can be made in this guest', { blame: 'test' });
}

/** The page holds its canary, and can be written. */
async function expectUntouched(expect: ScenarioContext['expect'], page: Buffer): Promise<void> {
  await expect(page).toBeIntact();
  await expect(page.owner.touch(page, 'w', page.length - 8)).toGoThrough();
}
