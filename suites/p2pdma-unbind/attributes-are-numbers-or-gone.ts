import { scenario } from '../../src/suite/scenario.js';

const rounds = 2;

export default scenario(
  "whoever reads the pool's attributes while the device comes and goes gets a number or learns that it is gone",
  {
    shape: 'cmb-switch',
    asks: ['guest-survives', 'refusals-are-exact', 'rebind-works'],
    covers: ['unbind', 'rebind', 'sysfs'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const reader = await guest.probe('p2pmem');
    const available = await reader.reread(`${cmb.sysfs}/p2pmem/available`);
    const published = await reader.reread(`${cmb.sysfs}/p2pmem/published`);
    for (let round = 0; round < rounds; round++) {
      await expect(cmb.unbind(), 'guest-survives').toFinish();
      await cmb.rebind();
    }
    for (const [name, reading] of Object.entries({ available, published })) {
      const seen = await reading.stop();
      expect(`strange answers of ${name}`, seen.first ?? 'none', 'refusals-are-exact').toBe('none');
      expect(`${name} was read`, seen.numbers > 0).toBe(true);
      expect(`${name} was missed`, seen.absent > 0).toBe(true); // it did read while the device was away
    }
  },
);
