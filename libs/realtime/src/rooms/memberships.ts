interface InRoom {
  readonly room: { readonly name: string };
}

/**
 * The memberships of one connection by room name. Most connections have one, which is stored without a map: an empty map takes 250
 * bytes.
 */
export class Memberships<M extends InRoom> {
  #one: M | undefined;
  /** All memberships, as soon as there is more than one. */
  #all: Map<string, M> | undefined;

  get size(): number {
    return this.#all?.size ?? (this.#one === undefined ? 0 : 1);
  }

  get(room: string): M | undefined {
    if (this.#all !== undefined) return this.#all.get(room);
    return this.#one?.room.name === room ? this.#one : undefined;
  }

  add(membership: M): void {
    const { name } = membership.room;
    if (this.#all !== undefined) {
      this.#all.set(name, membership);
    } else if (this.#one === undefined || this.#one.room.name === name) {
      this.#one = membership;
    } else {
      this.#all = new Map([
        [this.#one.room.name, this.#one],
        [name, membership],
      ]);
      this.#one = undefined;
    }
  }

  delete(room: string): void {
    if (this.#all !== undefined) this.#all.delete(room);
    else if (this.#one?.room.name === room) this.#one = undefined;
  }

  /** Returns a copy, because memberships may end during iteration. */
  list(): M[] {
    if (this.#all !== undefined) return [...this.#all.values()];
    return this.#one === undefined ? [] : [this.#one];
  }
}
