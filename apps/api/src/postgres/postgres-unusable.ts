/** PostgreSQL cannot be used. The message names the reason and what to change, and never contains the URL, which has the password. */
export class PostgresUnusable extends Error {
  override readonly name = 'PostgresUnusable';
}

/** Converts an error of PostgreSQL or of its connection to `PostgresUnusable`. */
export function unusable(error: unknown): PostgresUnusable {
  return error instanceof PostgresUnusable ? error : new PostgresUnusable(reasonOf(error));
}

/** The code of an error of Node.js, OpenSSL or PostgreSQL, or a part of its message, and the reason. */
const reasons: readonly (readonly [sign: string | RegExp, reason: string])[] = [
  ['ECONNREFUSED', 'PostgreSQL refuses connections: check the host and port of DATABASE_URL, and that the server runs'],
  ['ENOTFOUND', 'the host of DATABASE_URL is unknown'],
  [/no such file or directory, open/, 'a file of DATABASE_URL does not exist: check sslrootcert, sslcert and sslkey'],
  ['ENOENT', 'the socket of DATABASE_URL does not exist'],
  ['28P01', 'PostgreSQL rejects the password of DATABASE_URL'],
  [/password must be a/, 'DATABASE_URL has no password, but PostgreSQL requires one'],
  ['28000', 'PostgreSQL rejects the user of DATABASE_URL: check pg_hba.conf and TLS (sslmode)'],
  ['3D000', 'the database of DATABASE_URL does not exist: create it first'],
  [
    '42501',
    'the user of DATABASE_URL lacks rights: it must be the owner of the database, to create a schema and an extension',
  ],
  ['53300', 'PostgreSQL has no connection left: raise max_connections'],
  ['57P03', 'PostgreSQL is still starting'],
  [/does not support SSL/, 'PostgreSQL does not support TLS: enable it there, or remove sslmode from DATABASE_URL'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the TLS certificate of PostgreSQL is not valid for the host of DATABASE_URL'],
  ['CERT_HAS_EXPIRED', 'the TLS certificate of PostgreSQL has expired'],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY|GET_ISSUER)/,
    'the TLS certificate of PostgreSQL is not trusted: name the certificate of its authority in DATABASE_URL (sslrootcert)',
  ],
  [
    /unsupported startup parameter/,
    'DATABASE_URL leads to a pooler such as PgBouncer: set DATABASE_MIGRATION_URL to PostgreSQL itself',
  ],
  [
    /timeout exceeded|timeout expired|connection timeout|read timeout|ETIMEDOUT/,
    'PostgreSQL does not respond: check the host and port of DATABASE_URL and the network',
  ],
];

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  for (const [sign, reason] of reasons) {
    if (typeof sign === 'string' ? code === sign : sign.test(message) || sign.test(code)) return reason;
  }
  return `PostgreSQL cannot be used: ${message}`;
}
