/** The maximum number of distinct texts. Above it all are removed, so that a client that sends random headers uses little memory. */
const maxTexts = 4_096;

/** The longest user name, address, origin and user agent that records keep, in characters. */
export const keptChars = { user: 64, address: 64, origin: 256, userAgent: 256 } as const;

/** A character has at most three bytes in UTF-8. */
const copyBuffer = Buffer.allocUnsafeSlow(3 * Math.max(...Object.values(keptChars)));

/**
 * Shares equal texts of clients, such as user agents, so that records of many requests contain each text once. It also copies parts of
 * texts: a part of a string keeps the whole string in memory, which may be a header of 16 KiB.
 */
export class StringPool {
  readonly #texts = new Map<string, string>();

  /**
   * Returns the text, cut to `maxChars` characters.
   *
   * @param isPart whether the text may be a part of a longer one, as an address of `X-Forwarded-For` is
   */
  share(text: string, maxChars: number, isPart = false): string {
    const isCut = text.length > maxChars;
    const cut = isCut ? text.slice(0, maxChars) : text;
    const known = this.#texts.get(cut);
    if (known !== undefined) return known;
    if (this.#texts.size >= maxTexts) this.#texts.clear();
    const kept = isCut || isPart ? copyOf(cut) : cut;
    this.#texts.set(kept, kept);
    return kept;
  }

  /** Like `share`, for a text that may be absent. */
  shareIfAny(text: string | undefined, maxChars: number, isPart?: boolean): string | undefined {
    return text === undefined || text === '' ? undefined : this.share(text, maxChars, isPart);
  }
}

function copyOf(text: string): string {
  if (3 * text.length > copyBuffer.length) return Buffer.from(text).toString();
  return copyBuffer.toString('utf8', 0, copyBuffer.write(text));
}
