/**
 * A document with what stands between `<!-- NAME -->` and `<!-- /NAME -->` replaced.
 *
 * @throws RangeError when the document has no such place.
 */
export function withBlock(document: string, name: string, block: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw new RangeError(`the document has no place for ${name}`);
  return `${document.slice(0, from)}${begin}\n\n${block}\n\n${document.slice(to)}`;
}
