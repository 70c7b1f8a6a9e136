import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a valid request for CMB memory is granted or refused with ENOMEM, however the pool is fought for',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact'],
    covers: ['map', 'pool', 'finding'],
    tags: ['race'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect, random }) => {
    const { cmb } = guest.devices;
    const hoarder = await guest.probe('p2pmem');
    await hoarder.map(cmb, (await cmb.available()) - 4 * KiB); // one page: whoever frees it hands it on at once
    const crowd = await guest.probe('p2pmem');
    const seen = await crowd.churn(cmb, {
      seed: random.below(2 ** 31),
      processes: 3,
      rounds: 6000,
      pages: 1,
      keep: 1,
    });
    expect('the page changed hands', seen.mapped > 1000).toBe(true);
    expect('mmap calls that gave EINVAL', seen.invalid).toBe(0);
    expect('mmap calls that gave any other errno', `${seen.other} ${seen.errno}`).toBe('0 none');
  },
);
