/** The signed-in user and session. `user` must match the user in the server's `welcome`. */
export interface Identity {
  /** The `sub` of the token. */
  readonly user: string;
  /** The `sid` of the token; another session of the same user is another identity. */
  readonly session?: string;
}

/**
 * Returns the current identity: an object, or any string that is unique for the user and the session. `undefined` means that no one
 * is signed in, `null` that the identity is not known yet. Called before every frame: it must be fast and have no side effects.
 */
export type Who = () => Identity | string | null | undefined;

/** Returns the claims of a JWT (RFC 7519 §4) without verification, or `{}` for anything else. Never throws. */
export function claimsOf(token: string): Partial<Record<string, unknown>> {
  try {
    const [, payload = ''] = token.split('.');
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
    return { ...(JSON.parse(new TextDecoder().decode(bytes)) as object) };
  } catch {
    return {};
  }
}

let lastToken: string | undefined;
let lastIdentity: Identity | string = '';

/**
 * Returns the identity of a token: the `sub` and `sid` claims of a JWT. For a token without a `sub`, the token itself is the identity,
 * and a refreshed token counts as another identity. The last token is decoded once: sockets call this for every frame.
 */
export function identityOf(token: string): Identity | string {
  if (token === lastToken) return lastIdentity;
  const { sub, sid } = claimsOf(token);
  lastToken = token;
  return (lastIdentity =
    sub && typeof sub === 'string' ? { user: sub, ...(typeof sid === 'string' && { session: sid }) } : token);
}

/** An identity in comparable form: two are equal if their keys are. */
export interface Owner {
  readonly key: string;
  readonly user?: string;
}

/** `undefined` if no one is signed in, `null` while the identity is not known. */
export type MaybeOwner = Owner | null | undefined;

export function ownerOf(found: ReturnType<Who>): MaybeOwner {
  if (!found) return found === null ? found : undefined;
  return typeof found === 'string'
    ? { key: found }
    : { key: JSON.stringify([found.user, found.session]), user: found.user };
}

/**
 * Returns the owner that `who` reports, or `fallback` while `who` reports that it is not known. An error of `who` counts as no one
 * signed in, because it must not keep the connection of the previous identity.
 */
export function currentOwner(who: Who, fallback: Identity | string | undefined): MaybeOwner {
  try {
    const found = who();
    return ownerOf(found === null ? (fallback ?? null) : found);
  } catch {
    return undefined;
  }
}

/** Whether two names are both known and different. */
export function differ(one: string | undefined, other: string | undefined): boolean {
  return (one ?? other) !== (other ?? one);
}
