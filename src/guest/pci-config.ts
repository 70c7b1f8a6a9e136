import { LastrefError } from '../kit/errors.js';
import type { GuestUnderTest } from './under-test.js';

const configFile = (bdf: string): string => `/sys/bus/pci/devices/${bdf}/config`;

/** Reads the configuration space of a PCI device of the guest: 4096 bytes for whoever has extended capabilities. */
export async function readConfig(guest: GuestUnderTest, bdf: string): Promise<Buffer> {
  const dump = await guest.run(['od', '-An', '-v', '-tx1', configFile(bdf)]);
  return Buffer.from(dump.replaceAll(/\s/g, ''), 'hex');
}

/** Writes 16 bits of configuration space. A constant text with arguments: no shell word is made up. */
export async function writeConfigWord(
  guest: GuestUnderTest,
  bdf: string,
  at: number,
  value: number,
): Promise<void> {
  const byte = (number: number): string => `\\x${number.toString(16).padStart(2, '0')}`;
  const script = 'printf "$2" | dd of="$0" bs=1 seek="$1" conv=notrunc 2>/dev/null';
  await guest.run(['sh', '-c', script, configFile(bdf), String(at), byte(value & 0xff) + byte(value >> 8)]);
}

/** Offset of an extended capability (PCI Express Base Specification, 7.9.3); undefined when there is none. */
export function extendedCapability(config: Buffer, id: number): number | undefined {
  let at = 0x100;
  for (let steps = 0; steps < 48 && at >= 0x100 && at + 4 <= config.length; steps++) {
    const header = config.readUInt32LE(at);
    if ((header & 0xffff) === id) return at;
    at = (header >>> 20) & 0xffc;
  }
  return undefined;
}

/** The bridge right above a device. */
export async function portAbove(guest: GuestUnderTest, bdf: string): Promise<string> {
  const path = (await guest.run(['readlink', '-f', `/sys/bus/pci/devices/${bdf}`])).trim();
  const port = path.split('/').at(-2) ?? '';
  if (/^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(port)) return port;
  throw new LastrefError(`${bdf} sits below no bridge: ${path}`, { blame: 'test' });
}
