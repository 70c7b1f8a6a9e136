import { createHash } from 'node:crypto';

/** Replaces what differs from run to run and build to build: addresses, offsets, pids, times, counts. */
export function normalise(text: string): string {
  return text
    .replace(/\+0x[0-9a-f]+(?:\/0x[0-9a-f]+)?/gi, '')
    .replace(/\b0x[0-9a-f]+\b/gi, 'ADDR')
    .replace(/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, 'ADDR')
    .replace(/\b\d+\b|\d{3,}/g, 'NUM');
}

/** Sixteen hex digits that stay the same for the same bug in the same place. */
export function fingerprint(kind: string, title: string, stack: readonly string[]): string {
  const frames = stack.slice(0, 5).join('<');
  return createHash('sha256')
    .update([kind, normalise(title), frames].join('\n'))
    .digest('hex')
    .slice(0, 16);
}
