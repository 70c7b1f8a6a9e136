import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'the path between two devices is found even when there is no memory to remember it in',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives', 'pool-balances'],
    covers: ['topology', 'io', 'error-path'],
    needs: ['p2pmem-allocate', 'fail-nth'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await (await guest.probe('p2pmem')).fork();
    const buffer = await owner.map(cmb, 16 * KiB);
    await buffer.fill(1);
    // The answer is kept in an xarray (drivers/pci/p2pdma.c:calc_map_type_and_dist): its nodes are what is not to be had,
    // for this process, and only where the kernel may not wait for memory.
    await guest.write('/sys/kernel/slab/radix_tree_node/failslab', '1');
    const settings = {
      'cache-filter': 'Y',
      'task-filter': 'Y',
      probability: '100',
      times: '-1',
      verbose: '1',
    };
    for (const [file, value] of Object.entries(settings))
      await guest.write(`/sys/kernel/debug/failslab/${file}`, value);
    await guest.write(`/proc/${owner.probe.pid}/make-it-fail`, '1');
    await expect(owner.write(disk, buffer)).toSucceed();
    await guest.write(`/proc/${owner.probe.pid}/make-it-fail`, '0');
    const log = await guest.run(['dmesg']);
    expect('the injector had something to refuse', /FAULT_INJECTION: forcing a failure/.test(log)).toBe(true);

    await expect(owner.write(disk, buffer)).toSucceed(); // and now it is remembered
    const copy = await owner.ram(16 * KiB);
    await expect(owner.read(disk, copy)).toSucceed();
    copy.expectSeed(buffer.seed);
    await expect(copy).toBeIntact();
  },
);
