import ssh2 from 'ssh2';

export interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A fresh ed25519 key for one guest, in OpenSSH's formats. It is never written to disk. */
export function makeKeyPair(): KeyPair {
  const { public: publicKey, private: privateKey } = ssh2.utils.generateKeyPairSync('ed25519', {
    comment: 'lastref',
  });
  return { publicKey, privateKey };
}
