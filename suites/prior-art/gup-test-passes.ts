import { scenario } from '../../src/suite/scenario.js';

/** Ways to take pages: fast, pinned fast, one by one, pinned one by one, pinned for long. */
const ways = ['-u', '-a', '-U', '-b', '-L'];
const memory = [
  ['-f', '/dev/zero'],
  ['-S', '-f', '/tmp/shared'],
];

export default scenario(
  "the kernel's own gup_test passes on ordinary memory beside a provider of peer memory",
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['gup', 'selftest'],
    tags: ['nightly'],
    needs: ['gup-test', 'gup-selftest'],
  },
  async ({ guest, expect }) => {
    await guest.run(['truncate', '-s', '4M', '/tmp/shared']);
    for (const args of ways.flatMap((way) => memory.map((kind) => [way, ...kind, '-m', '4', '-n', '64']))) {
      const call = `gup_test ${args.join(' ')}`;
      const { planned, lines } = await guest.gupTest(args);
      expect(`results of ${call}`, lines.length).toBe(planned ?? -1);
      for (const { outcome, what } of lines) expect(`${call}: ${what}`, outcome).toBe('ok');
    }
  },
);
