/** Whether a text is empty or has more than `most` characters (code points, so a surrogate pair counts once). */
export function tooLong(text: string, most: number): boolean {
  if (text.length <= most) return text.length === 0;
  if (text.length > most * 2) return true;
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const next = text.charCodeAt(index + 1);
    // A surrogate pair counts as one character, and so does a lone surrogate.
    if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) index++;
    count++;
  }
  return count > most;
}
