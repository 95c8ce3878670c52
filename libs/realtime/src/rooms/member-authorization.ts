import type { Authorizations } from './authorizations.ts';

/** Whether the members of one room are authorized, and the sends that wait until they are. */
export class MemberAuthorization {
  readonly #authorizations: Authorizations;
  /** Authorizes all members again and removes those that may not stay. */
  readonly #authorizeMembers: () => Promise<void>;
  /** The generation of `Authorizations` in which the members were authorized. */
  #authorized: number;
  /** By key. */
  readonly #deferred = new Map<string, () => void>();
  #closed = false;

  constructor(authorizations: Authorizations, authorizeMembers: () => Promise<void>) {
    this.#authorizations = authorizations;
    this.#authorizeMembers = authorizeMembers;
    // Each member is authorized when it joins.
    this.#authorized = authorizations.generation;
  }

  /** Whether frames may be sent to the members without authorizing them again. */
  get isValid(): boolean {
    return this.#authorizations.areValid(this.#authorized);
  }

  /** Whether the members have to be authorized, or sends wait for it. */
  get hasWork(): boolean {
    return this.#deferred.size > 0 || this.#authorized !== this.#authorizations.generation;
  }

  /** Keeps a send until `sendDeferred`. A later one with the same key replaces it. The caller bounds the keys. */
  defer(key: string, send: () => void): void {
    this.#deferred.set(key, send);
  }

  sendDeferred(): void {
    const sends = [...this.#deferred.values()];
    this.#deferred.clear();
    for (const send of sends) send();
  }

  /** Authorizes the members. Rejects if that is not possible. */
  async authorize(): Promise<void> {
    let generation: number;
    do {
      if (this.#closed) return;
      generation = this.#authorizations.generation;
      await this.#authorizeMembers();
    } while (generation !== this.#authorizations.generation);
    this.#authorized = generation;
  }

  close(): void {
    this.#closed = true;
    this.#deferred.clear();
  }
}
