import type { Device } from '@usher/chat-api';
import Bowser from 'bowser';
import type { Tables } from '../database/schema.ts';
import type { ClientRequest } from '../http/client-address.ts';

/** The client that uses a session, as its request describes it. */
export interface ClientInfo {
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
}

export function clientInfoOf({ raw, clientAddress }: Pick<ClientRequest, 'raw' | 'clientAddress'>): ClientInfo {
  return { address: clientAddress, userAgent: raw.headers['user-agent'] };
}

/** The values to store, of bounded length. */
export function clientInfoColumns({
  address,
  userAgent,
}: ClientInfo): Pick<Tables['sessions'], 'address' | 'user_agent'> {
  return { address: address?.slice(0, 64) ?? null, user_agent: userAgent?.slice(0, 256) ?? null };
}

/** Characters of a `User-Agent` that are parsed. Bounds the cost; the distinctive part comes first. */
const parsedChars = 256;

const kinds: Readonly<Record<string, Device['kind']>> = { desktop: 'desktop', mobile: 'phone', tablet: 'tablet' };

/**
 * Describes a device by its `User-Agent`, so that users recognize their sessions. Do not use it for decisions: clients may send any
 * value. The returned texts are short and contain only letters, digits and some punctuation. Never throws.
 */
export function deviceOf(userAgent: string | undefined): Device {
  const read = userAgent?.slice(0, parsedChars).trim() ?? '';
  // The parser throws on an empty text.
  if (read === '') return { kind: 'other' };
  const { browser, os, platform } = Bowser.parse(read);
  const named = textOf(browser.name, browser.version) ?? productOf(read);
  const system = textOf(os.name);
  const kind = kinds[platform.type ?? (system === 'Chrome OS' ? 'desktop' : '')] ?? 'other';
  return { ...(named === undefined ? {} : { browser: named }), ...(system === undefined ? {} : { system }), kind };
}

/** The leading product token, with which other programs identify themselves: `curl/8.7.1` (RFC 9110 §10.1.5). */
function productOf(userAgent: string): string | undefined {
  const [, name, version] = /^([a-z][\w.-]*)(?:\/(\S+))?(?: |$)/i.exec(userAgent) ?? [];
  return name === 'Mozilla' ? undefined : textOf(name, version);
}

/** A name with its major version. `undefined` unless the name is short and has only allowed characters. */
function textOf(name: string | undefined, version?: string): string | undefined {
  if (name === undefined || !/^[a-z][\w .+-]{0,39}$/i.test(name)) return undefined;
  const [major] = /^\d{1,4}(?!\d)/.exec(version ?? '') ?? [];
  return major === undefined ? name : `${name} ${major}`;
}
