import { scenario } from '../../src/suite/scenario.js';

const rounds = 12;

export default scenario(
  "no reader of the pool's attributes ever meets a pool that is being freed, however often the device comes and goes",
  {
    shape: 'cmb-switch',
    asks: ['guest-survives', 'refusals-are-exact', 'rebind-works'],
    covers: ['unbind', 'rebind', 'sysfs'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const reader = await guest.probe('p2pmem');
    const readings = [];
    for (const name of ['available', 'size', 'available'] as const)
      readings.push([name, await reader.reread(`${cmb.sysfs}/p2pmem/${name}`)] as const);
    for (let round = 0; round < rounds; round++) {
      await expect(cmb.unbind(), 'guest-survives').toFinish();
      await cmb.rebind();
    }
    for (const [name, reading] of readings) {
      const seen = await reading.stop();
      expect(`strange answers of ${name}`, seen.first ?? 'none', 'refusals-are-exact').toBe('none');
      expect(`${name} was read`, seen.numbers > 0).toBe(true);
      expect(`${name} was missed`, seen.absent > 0).toBe(true);
    }
  },
);
