import ssh2 from 'ssh2';
import { LastrefError } from '../kit/errors.js';

export interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** ssh2 1.17 writes about one ed25519 key in two hundred so that it cannot read it again (measured); this many in a row is no luck. */
const mostTries = 20;

/** A fresh ed25519 key for one guest, in OpenSSH's formats. It is never written to disk. */
export function makeKeyPair(): KeyPair {
  for (let tries = 0; tries < mostTries; tries++) {
    const { public: publicKey, private: privateKey } = ssh2.utils.generateKeyPairSync('ed25519', {
      comment: 'lastref',
    });
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return { publicKey, privateKey };
  }
  throw new LastrefError(`ssh2 made ${mostTries} keys in a row that it cannot read`, { blame: 'harness' });
}
