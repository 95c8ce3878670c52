/**
 * The text of a file with one defence taken out.
 * @throws Error when what is to be taken out does not stand there exactly once: the table has to follow the code.
 */
export function weaken(text, { id, without, also, and }) {
  let weak = text;
  for (const change of [without, also, and]) {
    if (change === undefined) continue;
    const [find, instead] = change;
    if (weak.split(find).length !== 2) throw new Error(`${id}: ${JSON.stringify(find)} should stand there once`);
    weak = weak.replace(find, () => instead);
  }
  return weak;
}
