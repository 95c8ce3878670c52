/**
 * Removes one defense from the text of a file.
 * @throws Error if the quoted code does not occur exactly once, for example after the code changed.
 */
export function weaken(text, { id, without, also, and }) {
  let weak = text;
  for (const change of [without, also, and]) {
    if (change === undefined) continue;
    const [find, instead] = change;
    if (weak.split(find).length !== 2) throw new Error(`${id}: ${JSON.stringify(find)} must occur exactly once`);
    weak = weak.replace(find, () => instead);
  }
  return weak;
}
