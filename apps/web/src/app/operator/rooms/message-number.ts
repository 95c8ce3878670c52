/** Reads the number of a message from a text, or from a link to the message (`…/rooms/general?at=42`). */
export function messageNumberOf(typed: string): number | undefined {
  const [, digits] = /^(?:.*[?&]at=)?#?(\d{1,15})$/.exec(typed.trim()) ?? [];
  const seq = Number(digits);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : undefined;
}
