import { terminalSafe } from '../kit/terminal-safe.js';

/** Text that is markup already. Everything else that goes into `markup` is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | null | undefined | readonly Value[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe in elements and quoted attributes of XML and HTML; control characters, which XML 1.0 forbids, become visible. */
export function escapeMarkup(text: string): string {
  return terminalSafe(text)
    .replace(/[\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function render(value: Value): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeMarkup(String(value));
  return value.map(render).join('');
}

/** Template tag: what is between the braces is text, never markup, unless it came from this tag. */
export function markup(strings: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(strings.reduce((before, part, index) => before + render(values[index - 1]) + part));
}
