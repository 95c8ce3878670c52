import { hash, hkdfSync, randomBytes } from 'node:crypto';

/**
 * A refresh token, stored in the cookie as `family.secret`. The family (128 bits) identifies the session and never changes, so that the
 * server can distinguish a consumed token from a guess without storing every token. The secret (256 bits) changes with each use.
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

/** Parses a cookie. Returns `undefined` for an invalid format. */
export function parseRefreshToken(cookie: string): RefreshToken | undefined {
  const [, family, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(cookie) ?? [];
  return family === undefined || secret === undefined ? undefined : { family, secret };
}

/** The stored hash of a family or a secret. Both are long and random, so a fast hash suffices. */
export function hashOf(part: string): string {
  return hash('sha256', part, 'base64url');
}

/**
 * Encrypts the next secret with the current one. Two tabs that use one cookie at the same moment can thus receive the same successor,
 * although the server stores no secret. The key is a one-time pad derived from the current secret (HKDF, RFC 5869), which is never used
 * for a second successor. The hash of the successor verifies the decryption.
 */
export function seal(next: string, under: string): string {
  return xor(Buffer.from(next, 'base64url'), padOf(under));
}

/** Decrypts the successor that `seal` encrypted with this secret. */
export function unseal(sealed: string, under: string): string {
  return xor(Buffer.from(sealed, 'base64url'), padOf(under));
}

function padOf(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', 'usher refresh successor', 32));
}

function xor(text: Buffer, pad: Buffer): string {
  return Buffer.from(text.map((byte, index) => byte ^ (pad[index] ?? 0))).toString('base64url');
}
