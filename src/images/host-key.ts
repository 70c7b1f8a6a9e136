import { generateKeyPairSync } from 'node:crypto';

function field(data: Uint8Array | string): Buffer {
  const bytes = Buffer.from(data);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * A new ed25519 host key: the file dropbear reads (its ed25519.c: name, then secret and public half as one string)
 * and the public line a client pins.
 */
export function makeHostKey(): { privateFile: Buffer; publicLine: string } {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [secret, open] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const name = field('ssh-ed25519');
  return {
    privateFile: Buffer.concat([name, field(Buffer.concat([secret, open]))]),
    publicLine: `ssh-ed25519 ${Buffer.concat([name, field(open)]).toString('base64')}`,
  };
}
