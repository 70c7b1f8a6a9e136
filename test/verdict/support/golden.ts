/** Bytes of a golden console at most. */
export const goldenLimit = 40_000;

/** What the begin marker of a console says behind `lastref: begin `; null when there is none. */
export function markerOf(console: Buffer): string | null {
  return /lastref: begin (.+?)\r?\n/.exec(console.toString('latin1'))?.[1] ?? null;
}

/** The release that a golden console's name stands for: `7.3-warn.log`; NNN.log are all of 6.12. */
export function releaseOf(name: string): string {
  return /^(\d+\.\d+)-/.exec(name)?.[1] ?? '6.12.117';
}
