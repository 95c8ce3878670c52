/** Encodes the name of a room as one word of the text index. The tokenizer would split `my-room` into two words. */
export function roomWord(room: string): string {
  return Buffer.from(room).toString('hex');
}
