import { StringDecoder } from 'node:string_decoder';
import { LastrefError } from '../kit/errors.js';

/** Longest line that either side accepts, in bytes (LINE_LIMIT of guests/probes/shared/line.h). */
export const lineLimit = 64 * 1024;
/** Most fields of one line that are looked at. */
export const fieldLimit = 256;

export type ProbeFields = Readonly<Record<string, string>>;
export type ProbeValue = string | number | bigint;

/** What a probe said in one line. `noise` is anything that is no line of the protocol. */
export type ProbeLine =
  | { readonly kind: 'ok'; readonly seq: number; readonly fields: ProbeFields }
  | { readonly kind: 'err'; readonly seq: number; readonly errno: string; readonly fields: ProbeFields }
  | { readonly kind: 'fault'; readonly seq: number; readonly signal: string; readonly fields: ProbeFields }
  | { readonly kind: 'event'; readonly name: string; readonly fields: ProbeFields }
  | { readonly kind: 'noise'; readonly reason: string };

export type ProbeReply = Extract<ProbeLine, { seq: number }>;

export interface ProbeRequest {
  readonly seq: number;
  readonly verb: string;
  readonly args: readonly ProbeValue[];
  /** key=value fields; undefined ones are left out. */
  readonly options?: Readonly<Record<string, ProbeValue | undefined>>;
  /** Child the request is for, `a` or `a/b`; empty for the probe itself. */
  readonly route?: string;
}

/** %XX for every byte that would end a field, and for what is not printable ASCII. */
export function encodeValue(value: ProbeValue): string {
  let text = '';
  for (const byte of Buffer.from(String(value), 'utf8')) {
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x25 && byte !== 0x3d;
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

/** The bytes behind %XX, as text; what is no UTF-8 or no encoding stays visible instead of failing. */
export function decodeValue(text: string): string {
  if (!text.includes('%')) return text;
  const bytes: Buffer[] = [];
  for (const [part] of text.matchAll(/(?:%[0-9A-Fa-f]{2})+|%|[^%]+/g)) {
    bytes.push(/^%./.test(part) ? Buffer.from(part.replaceAll('%', ''), 'hex') : Buffer.from(part, 'utf8'));
  }
  return Buffer.concat(bytes).toString('utf8');
}

/** One request line, with its newline. A request that cannot be said is the test's fault. */
export function encodeRequest(request: ProbeRequest): string {
  const fields = [String(request.seq)];
  if (request.route !== undefined && request.route !== '') fields.push(`@${request.route}`);
  fields.push(encodeValue(request.verb));
  for (const arg of request.args) {
    const text = encodeValue(arg);
    if (text === '') throw unsayable(request.verb, 'an argument is empty');
    fields.push(text);
  }
  for (const [key, value] of Object.entries(request.options ?? {})) {
    if (value !== undefined) fields.push(`${encodeValue(key)}=${encodeValue(value)}`);
  }
  const line = fields.join(' ');
  if (line.includes('%00')) throw unsayable(request.verb, 'an argument holds a NUL byte');
  if (line.length >= lineLimit) throw unsayable(request.verb, `it is longer than ${lineLimit} bytes`);
  return `${line}\n`;
}

function unsayable(verb: string, why: string): LastrefError {
  return new LastrefError(`the probe request ${JSON.stringify(verb)} cannot be sent: ${why}`, {
    blame: 'test',
  });
}

function fieldsOf(words: readonly string[]): ProbeFields {
  const entries: [string, string][] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) entries.push([decodeValue(word.slice(0, equals)), decodeValue(word.slice(equals + 1))]);
  }
  // fromEntries defines, it does not assign: a field named __proto__ is a field like any other.
  return Object.fromEntries(entries);
}

/** Takes a line of a probe apart. Total: any text gives a value, nothing throws. */
export function decodeLine(text: string): ProbeLine {
  if (text.length > lineLimit) return { kind: 'noise', reason: `longer than ${lineLimit} bytes` };
  const words = text.split(' ').filter((word) => word !== '');
  if (words.length > fieldLimit) return { kind: 'noise', reason: `more than ${fieldLimit} fields` };
  const [first = '', second = '', third = ''] = words;
  if (first === '!') {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(second)) return { kind: 'noise', reason: 'an event without a name' };
    return { kind: 'event', name: second, fields: fieldsOf(words.slice(2)) };
  }
  if (!/^\d{1,15}$/.test(first)) return { kind: 'noise', reason: 'neither a reply nor an event' };
  const seq = Number(first);
  if (second === 'ok') return { kind: 'ok', seq, fields: fieldsOf(words.slice(2)) };
  if (second === 'err' && /^E[A-Z0-9]{1,24}$/.test(third)) {
    return { kind: 'err', seq, errno: third, fields: fieldsOf(words.slice(3)) };
  }
  if (second === 'fault' && /^SIG[A-Z0-9]{1,24}$/.test(third)) {
    return { kind: 'fault', seq, signal: third, fields: fieldsOf(words.slice(3)) };
  }
  return { kind: 'noise', reason: 'a reply that says neither ok, err nor fault' };
}

/**
 * Cuts a stream of bytes into lines, decoded leniently. A line that is too long comes out cut just over the
 * limit, so that decodeLine calls it noise; what it went on with is dropped, never stored.
 */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
    const lines = rest.split('\n');
    rest = (lines.pop() ?? '').slice(0, lineLimit + 1);
    for (const line of lines) yield line.slice(0, lineLimit + 1).replace(/\r$/, '');
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
