/** The Unicode code points of a text, which is what counts as its characters here. */
export function codePoints(text: string): readonly string[] {
  return Array.from(text);
}
