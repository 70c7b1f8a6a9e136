import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { bootGuest } from '../../src/guest/boot.js';
import { keepBlockedTasks } from '../../src/suite/blocked-tasks.js';
import { fakeGuest, fakeQemu } from '../support/fake-guest.js';

process.env['LASTREF_QEMU'] = fakeQemu;

test.serial('who is blocked and who holds locks is kept, from the latest answers on', async (t) => {
  const dmesg = `[1] sysrq: Show Blocked State
[1] task:old state:D
[2] sysrq: Show Blocked State
[2] task:remover state:D stack:0 pid:92
[3] sysrq: Show Locks Held
[3] 1 lock held by remover/92:
`;
  const { spec, directory } = await fakeGuest(t, { answers: [{ starts: 'dmesg', stdout: dmesg }] });
  const guest = await bootGuest(spec);
  t.teardown(() => guest.stop());
  await keepBlockedTasks(guest, directory);
  const kept = await readFile(path.join(directory, 'blocked-tasks.txt'), 'utf8');
  t.notRegex(kept, /task:old/);
  t.regex(kept, /^sysrq: Show Blocked State\n.*task:remover[\s\S]*\nsysrq: Show Locks Held\n.*1 lock held/);
  t.regex(await readFile(path.join(directory, 'commands'), 'utf8'), /"\$0"' \/proc\/sysrq-trigger/);
});

test.serial('a kernel that does not answer is said not to', async (t) => {
  const { spec, directory } = await fakeGuest(t, {});
  const guest = await bootGuest(spec);
  t.teardown(() => guest.stop());
  await keepBlockedTasks(guest, directory);
  t.regex(await readFile(path.join(directory, 'blocked-tasks.txt'), 'utf8'), /no answer to sysrq-w/);
});
