import { parseArgs } from 'node:util';

/** An invalid command line. The message names the argument and what it must be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface DoctorArguments {
  readonly url: URL;
  readonly user: string | undefined;
  readonly origin: string | undefined;
  readonly json: boolean;
  readonly watchMs: number;
  readonly timeoutMs: number;
  readonly accessLog: string | undefined;
  readonly caFile: string | undefined;
  readonly authPath: string | undefined;
  readonly ticketPath: string | undefined;
  readonly socketPath: string | undefined;
  readonly protocol: string | undefined;
}

export const usage = `usher doctor URL [options]

Signs in, requests a ticket, opens a WebSocket and exchanges frames through all proxies of URL, and names the setting to change.

  --user NAME          sign in with POST /api/auth. The password is read from USHER_PASSWORD, or else from the standard input
  --origin ORIGIN      the origin of the page that connects (default: the origin of URL)
  --watch SECONDS      keep two sockets open, to check idle timeouts and heartbeats. 40 covers the default settings
  --access-log FILE    search the access log of the proxy for the tickets of this examination
  --timeout SECONDS    time limit of each call (default: 10)
  --ca FILE            certificates of your own certificate authority (PEM)
  --auth-path PATH     default: /api/auth
  --ticket-path PATH   default: /api/ws_ticket
  --socket-path PATH   default: /api/ws
  --protocol NAME      the subprotocol (default: usher.v1)
  --json               print the report as JSON
  --help               print this text

Without --user, the access token is read from USHER_TOKEN, or else from the standard input. No option takes a secret, because other users
of this machine can read the arguments of a process (ps). The exit code is 0 if all checks passed, otherwise 1.
`;

const secretArgument = /^--(?:token|password|pwd|ticket)(?:=|$)/;

/**
 * Parses the command line without the program's name.
 *
 * @returns `undefined` if the usage was requested
 * @throws UsageError if an argument is invalid
 */
export function parseArguments(args: readonly string[]): DoctorArguments | undefined {
  const secret = args.find((arg) => secretArgument.test(arg))?.split('=')[0];
  if (secret !== undefined) {
    throw new UsageError(
      `${secret} is not supported, because other users can read arguments (ps): set USHER_TOKEN or USHER_PASSWORD, or use the standard input`,
    );
  }
  const { values, positionals } = parse(args);
  if (values.help === true || args.length === 0) return undefined;
  const [command, url, ...others] = positionals;
  if (command !== 'doctor') throw new UsageError('unknown command: the only one is "doctor"');
  if (url === undefined || others.length > 0) throw new UsageError('"doctor" requires exactly one URL');
  return {
    url: urlOf(url),
    user: values.user,
    origin: values.origin === undefined ? undefined : originOf(values.origin),
    json: values.json === true,
    watchMs: seconds('--watch', values.watch ?? '0', 0),
    timeoutMs: seconds('--timeout', values.timeout ?? '10', 0.1),
    accessLog: values['access-log'],
    caFile: values.ca,
    authPath: pathOf('--auth-path', values['auth-path']),
    ticketPath: pathOf('--ticket-path', values['ticket-path']),
    socketPath: pathOf('--socket-path', values['socket-path']),
    protocol: values.protocol,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        user: text,
        origin: text,
        watch: text,
        timeout: text,
        'access-log': text,
        ca: text,
        'auth-path': text,
        'ticket-path': text,
        'socket-path': text,
        protocol: text,
        json: flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text is not repeated: it may contain a password.
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== ''
  ) {
    throw new UsageError(
      'invalid URL: must be an http: or https: URL without user, password and query, such as https://chat.example.org',
    );
  }
  return url;
}

function originOf(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  if (origin !== text.replace(/\/$/, '') || origin === 'null') {
    throw new UsageError(
      `invalid --origin ${JSON.stringify(text)}: must be an origin such as https://chat.example.org`,
    );
  }
  return origin;
}

/** Returns milliseconds. */
function seconds(option: string, text: string, min: number): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= 3_600)) {
    throw new UsageError(
      `invalid ${option} ${JSON.stringify(text)}: must be a number of seconds between ${min} and 3600`,
    );
  }
  return value * 1_000;
}

function pathOf(option: string, text: string | undefined): string | undefined {
  if (text !== undefined && !/^\/(?!\/)[^?#\s]*$/.test(text)) {
    throw new UsageError(`invalid ${option} ${JSON.stringify(text)}: must be a path such as /api/ws`);
  }
  return text;
}
