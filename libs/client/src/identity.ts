/** Who is signed in. `user` is compared with the user that the server's `welcome` names. */
export interface Identity {
  /** The `sub` of the token. */
  readonly user: string;
  /** The `sid` of the token; another session of the same user is another identity. */
  readonly session?: string;
}

/**
 * Says who is signed in: an identity, or any string that names the user and the session. `undefined` means that no one is signed in,
 * `null` that someone is and it is not known yet who. Called before every frame, so it must be fast and must not have side effects.
 */
export type Who = () => Identity | string | null | undefined;

/** An identity in the form in which two are compared. */
export interface Owner {
  readonly key: string;
  readonly user?: string;
}

/** The claims of a JWT (RFC 7519 §4), without verification, which is the server's part; `{}` for anything else. Never throws. */
export function claimsOf(token: string): Partial<Record<string, unknown>> {
  try {
    const [, payload = ''] = token.split('.');
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
    return { ...(JSON.parse(new TextDecoder().decode(bytes)) as object) };
  } catch {
    return {};
  }
}

/**
 * The identity that a token names: `sub` and `sid` of a JWT. A token without a `sub` names no one, so the token itself is the identity,
 * and a refreshed token counts as another one.
 */
export function identityOf(token: string): Identity | string {
  const { sub, sid } = claimsOf(token);
  return sub && typeof sub === 'string' ? { user: sub, ...(typeof sid === 'string' && { session: sid }) } : token;
}

export function ownerOf(found: ReturnType<Who>): Owner | null | undefined {
  if (!found) return found === null ? found : undefined;
  return typeof found === 'string'
    ? { key: found }
    : { key: JSON.stringify([found.user, found.session]), user: found.user };
}
