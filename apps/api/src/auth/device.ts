import Bowser from 'bowser';
import type { Device } from '@usher/protocol';

/** Longer ones exist, but what tells one device from another stands in front. Also bounds what parsing costs. */
const longestRead = 256;

const kinds: Readonly<Record<string, Device['kind']>> = { desktop: 'desktop', mobile: 'phone', tablet: 'tablet' };

/**
 * What a session is used with, as its `User-Agent` tells: for its owner to recognise, and for nothing else, since anybody can send
 * any. Whatever was sent, the texts are short and made of letters, digits and a few signs. Never throws.
 */
export function deviceOf(userAgent: string | undefined): Device {
  const read = userAgent?.slice(0, longestRead).trim() ?? '';
  // The parser wants some text.
  if (read === '') return { kind: 'other' };
  const { browser, os, platform } = Bowser.parse(read);
  const named = textOf(browser.name, browser.version) ?? productOf(read);
  const system = textOf(os.name);
  const kind = kinds[platform.type ?? (system === 'Chrome OS' ? 'desktop' : '')] ?? 'other';
  return { ...(named === undefined ? {} : { browser: named }), ...(system === undefined ? {} : { system }), kind };
}

/** A program that is no browser names itself in front: `curl/8.7.1` (RFC 9110 §10.1.5). */
function productOf(userAgent: string): string | undefined {
  const [, name, version] = /^([a-z][\w.-]*)(?:\/(\S+))?(?: |$)/i.exec(userAgent) ?? [];
  return name === 'Mozilla' ? undefined : textOf(name, version);
}

/** A name with the first number of its version, `undefined` unless it is short and plain. */
function textOf(name: string | undefined, version?: string): string | undefined {
  if (name === undefined || !/^[a-z][\w .+-]{0,39}$/i.test(name)) return undefined;
  const [major] = /^\d{1,4}(?!\d)/.exec(version ?? '') ?? [];
  return major === undefined ? name : `${name} ${major}`;
}
