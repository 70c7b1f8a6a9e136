import type { ScenarioContext } from './scenario.js';

/** Reads attributes of the pool (`available`, `size`, …) without a pause while the device comes and goes `rounds` times. */
export async function readWhileItComesAndGoes(
  { guest, expect }: ScenarioContext,
  names: readonly string[],
  rounds: number,
): Promise<void> {
  const { cmb } = guest.devices;
  const reader = await guest.probe('p2pmem');
  const readings = [];
  for (const name of names)
    readings.push({ name, reading: await reader.reread(`${cmb.sysfs}/p2pmem/${name}`) });
  for (let round = 0; round < rounds; round++) {
    await expect(cmb.unbind(), 'guest-survives').toFinish();
    await cmb.rebind();
  }
  for (const { name, reading } of readings) {
    const seen = await reading.stop();
    expect(`strange answers of ${name}`, seen.first ?? 'none', 'refusals-are-exact').toBe('none');
    expect(`${name} was read`, seen.numbers > 0).toBe(true);
    expect(`${name} was missed`, seen.absent > 0).toBe(true); // it did read while the device was away
  }
}
