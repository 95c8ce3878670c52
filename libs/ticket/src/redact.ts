/** Query parameters whose values are secrets, whoever put them into a URL. */
const secretNames = /^(?:ticket|(?:.*_)?token|jwt|pwd|password|secret|authorization)$/i;
/** What a ticket looks like: 32 bytes in base64url. */
const ticketShape = /^[\w-]{43}$/;

/**
 * The URL with the values of secret query parameters replaced, for a log or an error text; however their names are written:
 * percent-encoded, in upper case, behind a `;` or a second `?`. A URL without any comes back as it is.
 */
export function redactUrl(url: string): string {
  return redact(url, (name) => secretNames.test(name));
}

/**
 * The URL without the tickets in it, for everybody behind the gate. Elsewhere than at the endpoint a parameter named `ticket`
 * may be something else altogether (a support ticket, say): only what looks like one of ours is taken out.
 */
export function withoutTickets(url: string, atEndpoint: boolean): string {
  return redact(url, (name, value) => name.toLowerCase() === 'ticket' && (atEndpoint || ticketShape.test(value)));
}

function redact(url: string, secret: (name: string, value: string) => boolean): string {
  const start = url.indexOf('?');
  if (start === -1) return url;
  const query = url.slice(start + 1).replaceAll(/[^&;?#]+/g, (part) => {
    const equals = part.indexOf('=');
    if (equals === -1 || !secret(decode(part.slice(0, equals)), decode(part.slice(equals + 1)))) return part;
    return `${part.slice(0, equals)}=redacted`;
  });
  return `${url.slice(0, start)}?${query}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' ')).trim();
  } catch {
    // What cannot be decoded as a whole is judged by the characters in it that can be read.
    return text.replaceAll(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  }
}
