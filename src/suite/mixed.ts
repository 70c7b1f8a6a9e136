import { KiB, type ScenarioContext } from './scenario.js';

/**
 * Requests to the device with the CMB that mix a page of it and one of ordinary memory, in either order: carried out in full,
 * or refused and nothing moved, as the fact `mixed-to-itself` says.
 */
export async function mixedToItself({ guest, expect, fact }: ScenarioContext): Promise<void> {
  const { cmb } = guest.devices;
  const owner = await guest.probe('p2pmem');
  const [theirs, ours, source] = [
    await owner.map(cmb, 4 * KiB),
    await owner.ram(4 * KiB),
    await owner.ram(8 * KiB),
  ];
  await source.fill(3);
  await expect(owner.write(cmb, source), 'data-arrives').toSucceed();
  const answer = fact('mixed-to-itself');
  for (const parts of [
    [theirs, ours],
    [ours, theirs],
  ]) {
    await theirs.fill(1);
    await ours.fill(2);
    if (answer === 'OK') {
      await expect(owner.read(cmb, parts)).toSucceed();
      for (const [index, part] of parts.entries()) {
        part.expectSeed(source.seed, index * 4 * KiB);
        await expect(part, 'data-arrives').toBeIntact();
      }
    } else {
      // The device itself refuses it: one command with addresses in its buffer and outside (NVMe, CMB use rules).
      await expect(owner.read(cmb, parts)).toFailWith(answer);
      for (const part of parts) await expect(part, 'data-arrives').toBeIntact();
    }
  }
  await expect(owner.read(cmb, [theirs]), 'data-arrives').toSucceed();
}
