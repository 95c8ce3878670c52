import { isIP } from 'node:net';
import { Type } from 'typebox';
import { isLoopbackUrl } from './origins.ts';

/** What a setting adds to the schema of its parsed value. `default` and `description` are JSON Schema's own keywords. */
export interface SettingOptions {
  readonly default?: string | number | boolean;
  /** The column "value" in docs/deploying.md, in Markdown. */
  readonly description: string;
  /** The column "default" of a setting whose default depends on others. */
  readonly computedDefault?: string;
  /** The part of an error after the name and the value: `must be …`. */
  readonly constraint: string;
  /** Whether the value can contain a secret, even by mistake. Errors never repeat such a value. */
  readonly secret?: boolean;
  /** Whether leading and trailing spaces belong to the value. */
  readonly verbatim?: boolean;
  /** Settings that are required if this one is set. */
  readonly requiredWith?: readonly string[];
  /** Converts the text of the variable. Defaults to the text itself. The schema then validates the result. */
  readonly parse?: (text: string) => unknown;
}

/** Types the options of one setting. */
export const options = <const O extends SettingOptions>(given: O): O => given;

export function integer(fallback: number, minimum: number, maximum: number, description: string) {
  return Type.Integer(
    options({
      default: fallback,
      minimum,
      maximum,
      description: `${minimum} to ${maximum}: ${description}`,
      constraint: `must be an integer between ${minimum} and ${maximum}`,
      parse: (text) => parseInteger(text),
    }),
  );
}

export function oneOf<T extends string[]>(choices: readonly [...T], fallback: T[number], description: string) {
  const constraint = `must be ${choices.join(' or ')}`;
  return Type.Enum<T>(choices, options({ default: fallback, description, constraint }));
}

export function flag(description: string) {
  return Type.Boolean(
    options({
      default: false,
      description: `\`true\` ${description}`,
      constraint: 'must be false or true',
      parse: (text) => (text === 'true' ? true : text === 'false' ? false : text),
    }),
  );
}

/** A setting of the identity provider. It is required if one of the `others` is set. */
export function ofProvider(others: readonly string[], description: string) {
  const constraint = 'must be 1 to 256 visible ASCII characters';
  const given = options({ description, constraint, secret: true, requiredWith: others });
  return Type.Optional(Type.String({ ...given, pattern: '^[\\x21-\\x7e]{1,256}$' }));
}

/** Parses 1 to 10 decimal digits. Returns any other text unchanged, which no integer schema accepts. */
function parseInteger(text: string): number | string {
  return /^\d{1,10}$/.test(text) ? Number(text) : text;
}

/** Parses a comma-separated list. Returns `undefined` if an item is invalid or empty. */
export function parseList(text: string, parse: (item: string) => string | undefined): readonly string[] | undefined {
  const items = text.split(',').map((item) => parse(item.trim()));
  return items.every((item) => item !== undefined) ? items : undefined;
}

export function parseTrustProxy(text: string): unknown {
  const hops = parseInteger(text);
  if (text === 'off' || hops === 0) return false;
  return typeof hops === 'number' ? hops : parseList(text, (item) => (isAddressOrCidr(item) ? item : undefined));
}

function isAddressOrCidr(item: string): boolean {
  const [address = '', prefix, ...rest] = item.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** Requires https except on loopback: an attacker who can replace the keys can sign any token. */
export function parseKeysUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackUrl(text)) ? url.href : undefined;
}
