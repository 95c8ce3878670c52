/** Query parameters whose values are secrets, whoever put them into a URL. */
const secretNames = /^(?:(?:.*[_-])?(?:ticket|token)|jwt|pwd|password|secret|authorization)$/i;
/** What a ticket looks like: 32 bytes in base64url. */
const ticketShape = /^[\w-]{43}$/;

/** A URL with a ticket and no other query. */
const plainTicket = /^([^?#]*\?ticket=)[\w-]{43}$/;

/**
 * The URL with the values of secret query parameters replaced, for a log or an error text; however their names are written:
 * percent-encoded, in upper case, behind a `;` or a second `?`. A URL without any comes back as it is.
 */
export function redactUrl(url: string): string {
  return redact(url, (name) => secretNames.test(name));
}

/**
 * The URL without the secrets in it, for everybody behind the gate. At the endpoint every secret parameter goes, and whatever
 * looks like a ticket. Elsewhere a parameter named `ticket` or `token` may be something else altogether (a support ticket, the
 * link of a mail), so only two are taken out: what is named like a ticket and looks like one of ours, and `access_token`
 * (RFC 6750 §2.3), which is never anything else.
 */
export function withoutTickets(url: string, atEndpoint: boolean): string {
  // As every client of ours asks, and nobody need look at it twice.
  const [, before] = atEndpoint ? (plainTicket.exec(url) ?? []) : [];
  if (before !== undefined) return `${before}redacted`;
  return redact(url, (name, value) => {
    if (atEndpoint) return secretNames.test(name) || ticketShape.test(value);
    return (/ticket/i.test(name) && ticketShape.test(value)) || /^access_token$/i.test(name);
  });
}

/** A part without `=` is a value without a name. */
function redact(url: string, secret: (name: string, value: string) => boolean): string {
  const start = url.indexOf('?');
  if (start === -1) return url;
  const query = url.slice(start + 1).replaceAll(/[^&;?#]+/g, (part) => {
    const equals = part.indexOf('=');
    if (!secret(decode(part.slice(0, Math.max(0, equals))), decode(part.slice(equals + 1)))) return part;
    return equals === -1 ? 'redacted' : `${part.slice(0, equals)}=redacted`;
  });
  return `${url.slice(0, start)}?${query}`;
}

function decode(text: string): string {
  if (!/[%+]/.test(text)) return text.trim();
  try {
    return decodeURIComponent(text.replaceAll('+', ' ')).trim();
  } catch {
    // What cannot be decoded as a whole is judged by the characters in it that can be read.
    return text.replaceAll(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  }
}
