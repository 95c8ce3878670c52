/**
 * On how many of `nodes` at least one of `people` sits, when each sits on any of them with the same chance: what one message of
 * their room costs the bus. Expected value; people are not brought together by room.
 */
export function nodesWith(people: number, nodes: number): number {
  // (1 - 1/n)^m, without losing it for large n.
  return -nodes * Math.expm1(people * Math.log1p(-1 / nodes));
}
