/** Names of query parameters whose values are treated as secrets. */
const secretNames = /^(?:(?:.*[_-])?(?:ticket|token)|jwt|pwd|password|secret|authorization)$/i;
/** Returns whether a query parameter of this name is redacted at the endpoint. */
export function isSecretName(name: string): boolean {
  return secretNames.test(name);
}

/** The form of a ticket: 32 bytes in base64url. */
const ticketShape = /^[\w-]{43}$/;

/** A URL whose query is a ticket and nothing else. */
const plainTicket = /^([^?#]*\?ticket=)[\w-]{43}$/;

/**
 * Replaces the values of secret query parameters with `redacted`, for logs and error texts. Parameter names may be percent-encoded,
 * in upper case, or follow a `;` or a second `?`. A URL without such parameters is returned unchanged.
 */
export function redactUrl(url: string): string {
  return redact(url, (name) => secretNames.test(name));
}

/**
 * Redacts the secrets in a URL before code behind the gate reads it.
 *
 * At the endpoint, every secret parameter and every value in the form of a ticket is redacted. On other paths, `ticket` or `token`
 * may mean something else, such as a support ticket or a link in an email. There, only two kinds of parameters are redacted: those
 * whose name contains `ticket` and whose value has the form of a ticket, and `access_token` (RFC 6750 §2.3).
 */
export function withoutTickets(url: string, atEndpoint: boolean): string {
  // Fast path: the form of URL that Usher's own clients send.
  const [, before] = atEndpoint ? (plainTicket.exec(url) ?? []) : [];
  if (before !== undefined) return `${before}redacted`;
  return redact(url, (name, value) => {
    if (atEndpoint) return secretNames.test(name) || ticketShape.test(value);
    return (/ticket/i.test(name) && ticketShape.test(value)) || /^access_token$/i.test(name);
  });
}

/** Redacts the parameters for which `secret` returns true. A part without `=` is a value with an empty name. */
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
    // If the text as a whole is not valid, decode each percent-encoded byte on its own.
    return text.replaceAll(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  }
}
