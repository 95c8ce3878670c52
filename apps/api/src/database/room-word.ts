/** The word that stands for a room in the text index. A tokenizer would split a name such as `my-room` into two words. */
export function roomWord(room: string): string {
  return Buffer.from(room).toString('hex');
}
