/** An external identity provider whose signed JWTs are accepted as bearer tokens. */
export interface IdentityProvider {
  /** The URL of the public keys: https, or http on loopback. */
  readonly jwksUrl: string;
  /** The required value of `iss`. Compared exactly. */
  readonly issuer: string;
  /** The required value of `aud`: the name of this server at the provider. */
  readonly audience: string;
}

const names = ['JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'] as const;
const requirements = {
  JWKS_URL: 'an https URL, or an http URL on loopback, without credentials',
  JWT_ISSUER: '1 to 256 visible ASCII characters',
  JWT_AUDIENCE: '1 to 256 visible ASCII characters',
} as const;

/** Reads the three settings of the provider, all of which are required if one is set. Adds invalid settings to `faults`. */
export function readIdentityProvider(
  text: (name: string) => string | undefined,
  faults: string[],
): IdentityProvider | undefined {
  const [jwksUrl, issuer, audience] = names.map(text);
  if (jwksUrl === undefined && issuer === undefined && audience === undefined) return undefined;
  const fault = (name: (typeof names)[number]): void => {
    const others = names.filter((other) => other !== name).join(' and ');
    faults.push(`invalid ${name}: must be ${requirements[name]} (required with ${others})`);
  };
  const url = parseKeysUrl(jwksUrl);
  if (url === undefined) fault('JWKS_URL');
  if (!isVisible(issuer)) fault('JWT_ISSUER');
  if (!isVisible(audience)) fault('JWT_AUDIENCE');
  return url !== undefined && isVisible(issuer) && isVisible(audience) ? { jwksUrl: url, issuer, audience } : undefined;
}

function isVisible(value: string | undefined): value is string {
  return value !== undefined && /^[\x21-\x7e]{1,256}$/.test(value);
}

/** Requires https except on loopback: an attacker who can replace the keys can sign any token. */
function parseKeysUrl(value: string | undefined): string | undefined {
  if (value === undefined || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && local) ? url.href : undefined;
}
