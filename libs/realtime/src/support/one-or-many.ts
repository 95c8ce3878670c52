/** A multimap for keys that mostly have one value. A set is created only for the second value of a key. */
export class OneOrMany<V extends object> {
  readonly #entries = new Map<string, V | Set<V>>();

  add(key: string, value: V): void {
    const present = this.#entries.get(key);
    if (present === undefined) this.#entries.set(key, value);
    else if (present instanceof Set) present.add(value);
    else this.#entries.set(key, new Set([present, value]));
  }

  delete(key: string, value: V): void {
    const present = this.#entries.get(key);
    if (present instanceof Set) {
      present.delete(value);
      if (present.size === 0) this.#entries.delete(key);
    } else if (present === value) {
      this.#entries.delete(key);
    }
  }

  count(key: string): number {
    const present = this.#entries.get(key);
    if (present === undefined) return 0;
    return present instanceof Set ? present.size : 1;
  }

  /** Returns a copy, because the index may change during iteration. */
  get(key: string): V[] {
    const present = this.#entries.get(key);
    if (present === undefined) return [];
    return present instanceof Set ? [...present] : [present];
  }
}
