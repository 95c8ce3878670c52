/** A multimap for keys that mostly have one value. A set is created only for the second value of a key. */
export class CompactMultimap<V extends object> {
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

/**
 * A map that mostly has one entry. A `Map` is created only for the second entry, because an empty one takes 250 bytes. Every
 * connection has such a map.
 */
export class CompactMap<V> {
  #key = '';
  #one: V | undefined;
  /** All entries, as soon as there is more than one. */
  #all: Map<string, V> | undefined;

  get size(): number {
    return this.#all?.size ?? (this.#one === undefined ? 0 : 1);
  }

  get(key: string): V | undefined {
    if (this.#all !== undefined) return this.#all.get(key);
    return this.#key === key ? this.#one : undefined;
  }

  set(key: string, value: V): void {
    if (this.#all !== undefined) {
      this.#all.set(key, value);
    } else if (this.#one === undefined || this.#key === key) {
      this.#key = key;
      this.#one = value;
    } else {
      this.#all = new Map([
        [this.#key, this.#one],
        [key, value],
      ]);
      this.#one = undefined;
    }
  }

  delete(key: string): void {
    if (this.#all !== undefined) this.#all.delete(key);
    else if (this.#key === key) this.#one = undefined;
  }

  /** Returns a copy of the values, because entries may be deleted during iteration. */
  list(): V[] {
    if (this.#all !== undefined) return [...this.#all.values()];
    return this.#one === undefined ? [] : [this.#one];
  }
}
