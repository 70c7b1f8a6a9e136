import test from 'ava';
import ssh2 from 'ssh2';
import { makeKeyPair } from '../../src/suite/keys.js';

test('every key that is made can be read again, though the library writes some that it cannot', (t) => {
  for (let count = 0; count < 1000; count++) {
    const { publicKey, privateKey } = makeKeyPair();
    const parsed = ssh2.utils.parseKey(privateKey);
    if (parsed instanceof Error) {
      t.fail(parsed.message);
      return;
    }
    if (!publicKey.startsWith('ssh-ed25519 AAAA')) t.fail(publicKey);
  }
  t.pass();
});
