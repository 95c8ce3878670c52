/** Distinct texts that are kept at most. Beyond it all are forgotten, so that a client that sends random headers costs little. */
const maxTexts = 4_096;

/**
 * Shares equal texts of clients, such as user agents, so that records of many requests contain each text once. It also copies them: a part
 * of a string keeps the whole string in memory, which may be a header of 16 KiB.
 */
export class StringPool {
  readonly #texts = new Map<string, string>();

  /** Returns the text, cut to `maxChars` characters. */
  share(text: string, maxChars: number): string {
    const cut = text.length > maxChars ? text.slice(0, maxChars) : text;
    const known = this.#texts.get(cut);
    if (known !== undefined) return known;
    if (this.#texts.size >= maxTexts) this.#texts.clear();
    const copy = Buffer.from(cut).toString();
    this.#texts.set(copy, copy);
    return copy;
  }

  /** Like `share`, for a text that may be absent. */
  shareIfAny(text: string | undefined, maxChars: number): string | undefined {
    return text === undefined || text === '' ? undefined : this.share(text, maxChars);
  }
}

/** The longest user name, address, origin and user agent that records keep, in characters. */
export const keptChars = { user: 64, address: 64, origin: 256, userAgent: 256 } as const;
