import { buildKernel } from '../../../src/images/build.js';

// A process of its own that a test can kill in the middle of a build.
await buildKernel(
  {
    name: 'fake',
    describe: 'built by a process that is about to be killed',
    source: { kind: 'tree', path: process.argv[2] ?? '' },
    fragments: ['kasan'],
    toolchain: { cc: 'fakecc' },
  },
  { mutant: process.argv[3] },
);
