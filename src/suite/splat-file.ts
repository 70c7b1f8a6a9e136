import { sourceLines } from '../verdict/decode.js';
import type { Splat } from '../verdict/types.js';

/** A splat as its file in the evidence has it: what is known of it, then its text. */
export function splatText({ title, raw, aftermath, noise, decoded, source }: Splat): string {
  const notes = [
    `# ${title}`,
    ...(noise === null ? [] : [`# known noise: ${noise}`]),
    ...aftermath.map((later) => `# aftermath: ${later}`),
    ...(source === undefined ? [] : sourceLines(source).map((line) => `# ${line}`)),
  ];
  return `${notes.join('\n')}\n${decoded ?? raw}\n`;
}
