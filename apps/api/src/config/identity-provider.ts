/** Somebody else's identity provider, whose signed JWTs are accepted as bearer tokens. */
export interface IdentityProvider {
  /** Where its public keys are: https, or http on this machine. */
  readonly jwksUrl: string;
  /** The one value of `iss`, compared as it stands. */
  readonly issuer: string;
  /** What `aud` has to name: this server, as the provider knows it. */
  readonly audience: string;
}

const names = ['JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'] as const;
const wants = {
  JWKS_URL: 'an https address, or an http one of this machine, without a user name',
  JWT_ISSUER: '1 to 256 visible ASCII characters',
  JWT_AUDIENCE: '1 to 256 visible ASCII characters',
} as const;

/** Reads the three settings of the provider, which stand together or not at all. What is wrong is added to `faults`. */
export function readIdentityProvider(
  text: (name: string) => string | undefined,
  faults: string[],
): IdentityProvider | undefined {
  const [jwksUrl, issuer, audience] = names.map(text);
  if (jwksUrl === undefined && issuer === undefined && audience === undefined) return undefined;
  const fault = (name: (typeof names)[number]): void => {
    const others = names.filter((other) => other !== name).join(' and ');
    faults.push(`${name}: wants ${wants[name]} (together with ${others})`);
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

/** Whoever can change the keys on their way can sign anything, so they travel encrypted or not at all. */
function parseKeysUrl(value: string | undefined): string | undefined {
  if (value === undefined || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && local) ? url.href : undefined;
}
