import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';

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

/** The format of encrypted successors. Part of the associated data, so that a value of another format does not decrypt. */
const version = 'v1';
const cipher = 'aes-256-gcm';
const [nonceBytes, secretBytes, tagBytes] = [12, 32, 16];
const sealedPattern = /^v1\.([\w-]{80})$/;

/**
 * Encrypts the next secret of a family with a key derived from the current token. Two tabs that use one cookie at the same moment can thus
 * receive the same successor, although the server stores no secret. The key is derived with HKDF-SHA256 (RFC 5869), the cipher is
 * AES-256-GCM with a random nonce.
 *
 * @returns `v1.` and the nonce, the encrypted secret and the authentication tag in base64url
 */
export function seal(next: string, under: RefreshToken): string {
  const nonce = randomBytes(nonceBytes);
  const encryption = createCipheriv(cipher, keyOf(under), nonce, { authTagLength: tagBytes });
  encryption.setAAD(associatedData(under));
  const encrypted = [encryption.update(Buffer.from(next, 'base64url')), encryption.final()];
  return `${version}.${Buffer.concat([nonce, ...encrypted, encryption.getAuthTag()]).toString('base64url')}`;
}

/** Decrypts the successor that `seal` encrypted under this token. Returns `undefined` for a value that `seal` did not create under it. */
export function unseal(sealed: string, under: RefreshToken): string | undefined {
  const [, encoded] = sealedPattern.exec(sealed) ?? [];
  if (encoded === undefined) return undefined;
  const value = Buffer.from(encoded, 'base64url');
  const nonce = value.subarray(0, nonceBytes);
  const decryption = createDecipheriv(cipher, keyOf(under), nonce, { authTagLength: tagBytes });
  decryption.setAAD(associatedData(under));
  decryption.setAuthTag(value.subarray(nonceBytes + secretBytes));
  const secret = decryption.update(value.subarray(nonceBytes, nonceBytes + secretBytes));
  try {
    decryption.final();
  } catch {
    // The tag does not match.
    return undefined;
  }
  return secret.toString('base64url');
}

function keyOf({ secret }: RefreshToken): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', 'usher refresh successor', 32));
}

function associatedData({ family, secret }: RefreshToken): Buffer {
  return Buffer.from(`${version}.${family}.${hashOf(secret)}`);
}

/** A secret that was used, and its successor, encrypted with it. */
export interface ConsumedSecret {
  /** The hash of the secret. */
  readonly hash: string;
  /** The successor, see `seal`. */
  readonly sealed: string;
}

/**
 * Follows the chain of successors from a consumed token to the current secret.
 *
 * @param currentHash the hash of the current secret
 * @returns the current secret, or `undefined` if a link is missing or damaged
 */
export function successorOf(
  { family, secret }: RefreshToken,
  currentHash: string,
  consumed: readonly ConsumedSecret[],
): string | undefined {
  let at: string | undefined = secret;
  for (let step = 0; at !== undefined && step <= consumed.length; step++) {
    const hashed = hashOf(at);
    if (hashed === currentHash) return at;
    const link = consumed.find((each) => each.hash === hashed);
    at = link === undefined ? undefined : unseal(link.sealed, { family, secret: at });
  }
  return undefined;
}
