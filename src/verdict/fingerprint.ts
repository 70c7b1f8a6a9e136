/** Replaces what differs from run to run and build to build: addresses, offsets, pids, times, counts. */
export function normalise(text: string): string {
  return (
    text
      .replace(/\+0x[0-9a-f]+(?:\/0x[0-9a-f]+)?/gi, '')
      .replace(/\b0x[0-9a-f]+\b/gi, 'ADDR')
      .replace(/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, 'ADDR')
      .replace(/\bCPU#\d+/g, 'CPU')
      .replace(/(?<=\.(?:[chS]|rs))(?::\d+)+/g, ':LINE')
      // A few digits may be part of a name (cfg80211).
      .replace(/\b\d+\b|\d{7,}/g, 'NUM')
  );
}

/** Two rounds of 32-bit FNV-1a with different offsets: enough to tell bugs apart, and it costs nothing to start. */
function hash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ (code + i), 0x01000193) ^ (b >>> 15);
  }
  return [a, b].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}

/** Frames that tell a bug. */
export const stackDepth = 5;

/** Sixteen hex digits that stay the same for the same bug in the same place. */
export function fingerprint(kind: string, title: string, stack: readonly string[]): string {
  return hash([kind, normalise(title), stack.slice(0, stackDepth).join('<')].join('\n'));
}
