/**
 * Characters that make a terminal or a reader see something other than what is there: C0 and C1 controls
 * (ESC starts a sequence, so do U+009B and U+009D in 8-bit terminals), DEL, line separators, the bidirectional
 * overrides, zero-width marks and lone surrogates. Tab and newline stay.
 */
const unsafe =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

/**
 * Text of a guest, or of anybody, as it may be shown: what could steer a terminal becomes visible (`\x1b`).
 * CR LF of a serial line becomes LF.
 */
export function terminalSafe(text: string): string {
  return text.replace(/\r+\n/g, '\n').replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Safe text on one line of at most `most` characters; what was cut is shown as `...`. */
export function oneLine(text: string, most = 200): string {
  // Cut first: a hostile line of megabytes must not be scanned as a whole.
  const line = terminalSafe(text.slice(0, most * 4))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > most ? `${line.slice(0, Math.max(0, most - 3))}...` : line;
}
