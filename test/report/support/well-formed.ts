/** Names of the elements of an XML document, in order; throws when tags do not nest or a character is not allowed. */
export function elementsOf(xml: string): string[] {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml))
    throw new Error('a character XML 1.0 forbids');
  const open: string[] = [];
  const names: string[] = [];
  const body = xml.replace(/^<\?xml [^?]*\?>\n/, '');
  const rest = body.replace(
    /<(\/?)([a-z-]+)((?: [a-z-]+="[^"<]*")*)(\/?)>/g,
    (_tag, closes, name, _attributes, empty) => {
      if (closes === '/') {
        if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      } else {
        names.push(name);
        if (empty !== '/') open.push(name);
      }
      return '';
    },
  );
  if (open.length > 0) throw new Error(`${open.join(', ')} not closed`);
  if (/[<>]|&(?!(amp|lt|gt|quot|#39);)/.test(rest)) throw new Error('unescaped text');
  return names;
}
