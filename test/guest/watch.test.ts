import test from 'ava';
import { consoleSpotter, GuestWatch } from '../../src/guest/watch.js';
import { deferred } from '../../src/kit/deferred.js';
import { LastrefError } from '../../src/kit/errors.js';

test('a guest runs until the first thing that ends it, which decides', (t) => {
  const watch = new GuestWatch();
  t.is(watch.state, 'running');
  t.is(watch.detail, '');
  t.false(watch.signal.aborted);
  watch.ended('vanished', 'QEMU ended with SIGSEGV');
  watch.ended('off-asked', 'the scenario is over');
  t.is(watch.state, 'vanished');
  t.is(watch.detail, 'QEMU ended with SIGSEGV');
  t.is(watch.signal.reason.message, 'the guest is gone: QEMU ended with SIGSEGV');
});

test('a panic explains a power-off that was seen first, and nothing else', (t) => {
  const watch = new GuestWatch();
  watch.ended('powered-off', 'it switched itself off');
  watch.ended('panicked', 'Kernel panic - not syncing: x');
  t.is(watch.state, 'panicked');
  const flooded = new GuestWatch();
  flooded.ended('flooded', 'too much');
  flooded.ended('panicked', 'x');
  t.is(flooded.state, 'flooded');
});

test('the kernel is to blame for what it does itself, the harness for what is done to it', (t) => {
  const blamed = {
    kernel: ['panicked', 'powered-off', 'silent'],
    harness: ['vanished', 'flooded', 'off-asked'],
  };
  for (const [blame, states] of Object.entries(blamed)) {
    for (const state of states) {
      const watch = new GuestWatch();
      watch.ended(state as 'panicked', 'x');
      t.true(watch.signal.reason instanceof LastrefError);
      t.is(watch.signal.reason.blame, blame, state);
    }
  }
});

test('a guest that is stopped on purpose ends its waits with the reason it was stopped for', (t) => {
  const watch = new GuestWatch();
  const reason = new LastrefError('the run was interrupted', { blame: 'user', exitCode: 130 });
  watch.ended('off-asked', 'the run was stopped', reason);
  t.is(watch.signal.reason, reason);
});

test('a panic is seen whole, torn between any two pieces, and with bytes that are no text around it', (t) => {
  const line = '[    1.234567] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009\r\n';
  const raw = Buffer.concat([Buffer.from([0xff, 0xfe, 0]), Buffer.from(line)]);
  for (let cut = 0; cut <= raw.length; cut++) {
    const watch = new GuestWatch();
    const spot = consoleSpotter(watch);
    spot(raw.subarray(0, cut));
    spot(raw.subarray(cut));
    t.is(watch.state, 'panicked', `cut at ${cut}`);
    t.true(watch.detail.startsWith('Kernel panic - not syncing: '));
  }
});

test('a byte at a time is seen too', (t) => {
  const watch = new GuestWatch();
  const spot = consoleSpotter(watch);
  for (const byte of Buffer.from(`${'x'.repeat(1000)}\nKernel panic - not syncing: softlockup: hung tasks\n`))
    spot(Buffer.from([byte]));
  t.is(watch.state, 'panicked');
});

test('talk about panics is no panic', (t) => {
  const watch = new GuestWatch();
  const spot = consoleSpotter(watch);
  spot(Buffer.from('Kernel command line: panic=-1\nsysctl: kernel.panic_on_warn = 1\npvpanic-pci\n'));
  t.is(watch.state, 'running');
});

test('userspace that stands is seen, even when its line comes in two pieces', async (t) => {
  const watch = new GuestWatch();
  const spot = consoleSpotter(watch);
  spot(Buffer.from('[    6.392246] lastref: gu'));
  spot(Buffer.from('est up\n'));
  await watch.up;
  t.is(watch.state, 'running');
});

test('a panic that only the console tells of is asked about, once, and believed when something else tells of it', async (t) => {
  const watch = new GuestWatch();
  const answer = deferred<boolean>();
  let asked = 0;
  watch.doubtPanics(() => {
    asked += 1;
    return answer.promise;
  });
  const spot = consoleSpotter(watch);
  for (const piece of ['Kernel panic - not syncing: Attem', 'pted to kill init!\n', 'more\n'])
    spot(Buffer.from(piece));
  t.is(asked, 1);
  t.is(watch.state, 'running');
  watch.ended('powered-off', 'it switched itself off');
  t.is(watch.state, 'panicked');
  t.is(watch.detail, 'Kernel panic - not syncing: Attempted to kill init!');
});

test('a panic that is none is forgotten', async (t) => {
  const watch = new GuestWatch();
  watch.doubtPanics(async () => false);
  const spot = consoleSpotter(watch);
  spot(Buffer.from('Kernel panic - not syncing: not at all\n'));
  await watch.settled;
  watch.ended('powered-off', 'it switched itself off');
  t.is(watch.state, 'powered-off');
});
