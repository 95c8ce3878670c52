import { hash, hkdfSync, randomBytes } from 'node:crypto';

/**
 * A refresh token as it stands in the cookie: `family.secret`. The family (128 bits) is the same for the whole life of a session and
 * stands nowhere but in its cookies, so that a token which was used before is told from a guess without remembering every
 * one. The secret (256 bits) is another at each use.
 */
export interface RefreshToken {
  readonly family: string;
  readonly secret: string;
}

export function newRefreshToken(family = randomBytes(16).toString('base64url')): RefreshToken {
  return { family, secret: randomBytes(32).toString('base64url') };
}

export function formatRefreshToken({ family, secret }: RefreshToken): string {
  return `${family}.${secret}`;
}

/** Reads a cookie; `undefined` for whatever cannot be one. */
export function parseRefreshToken(cookie: string): RefreshToken | undefined {
  const [, family, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(cookie) ?? [];
  return family === undefined || secret === undefined ? undefined : { family, secret };
}

/** What is stored of a family or a secret. Both are random and long, so a plain hash is as good as a slow one. */
export function hashOf(part: string): string {
  return hash('sha256', part, 'base64url');
}

/**
 * The next secret, sealed so that only whoever has the one before can read it. That is how two tabs which use one cookie at the
 * same moment are answered alike although the server keeps no secret: a one-time pad, made from the older secret (HKDF,
 * RFC 5869), used for one successor and never again. Whether it was opened rightly, the hash of the successor tells.
 */
export function seal(next: string, under: string): string {
  return xor(Buffer.from(next, 'base64url'), padOf(under));
}

/** The successor that `seal` has sealed under this secret. */
export function unseal(sealed: string, under: string): string {
  return xor(Buffer.from(sealed, 'base64url'), padOf(under));
}

function padOf(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', 'usher refresh successor', 32));
}

function xor(text: Buffer, pad: Buffer): string {
  return Buffer.from(text.map((byte, index) => byte ^ (pad[index] ?? 0))).toString('base64url');
}
