/** What the doctor checks, in this order. */
export const checkNames = [
  'reach',
  'token',
  'cors',
  'ticket',
  'clock',
  'handshake',
  'first frame',
  'heartbeat',
  'used ticket',
  'watch',
  'access log',
] as const;

export type CheckName = (typeof checkNames)[number];

/** What is misconfigured. Programs read these names, so they do not change. */
export type Culprit =
  | 'unreachable'
  | 'tls'
  | 'http2_only'
  | 'redirect'
  | 'upstream_down'
  | 'ticket_call_not_forwarded'
  | 'proxy_authentication'
  | 'authorization_removed'
  | 'sign_in_failed'
  | 'token_rejected'
  | 'ticket_refused'
  | 'ticket_call_cached'
  | 'cache_control_lost'
  | 'cors'
  | 'clock_skew'
  | 'upgrade_not_forwarded'
  | 'query_removed'
  | 'ticket_rejected'
  | 'origin_not_allowed'
  | 'protocol_not_supported'
  | 'handshake_refused'
  | 'buffering'
  | 'idle_timeout'
  | 'connection_closed'
  | 'heartbeat_missing'
  | 'used_ticket_accepted'
  | 'ticket_in_access_log'
  | 'access_log_unreadable'
  | 'internal';

export interface Finding {
  readonly culprit: Culprit;
  /** What was observed. */
  readonly message: string;
  /** The setting to change. */
  readonly fix: string;
}

export type Check =
  | { readonly name: CheckName; readonly status: 'ok' | 'skipped'; readonly message: string }
  | ({ readonly name: CheckName; readonly status: 'failed' } & Finding);

export interface Report {
  readonly ok: boolean;
  readonly url: string;
  readonly checks: readonly Check[];
}

/** Ends the examination, because the checks that follow depend on the one that failed. */
export class Fatal extends Error {
  override readonly name = 'Fatal';
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.message);
    this.finding = finding;
  }
}

/** Collects the results of the checks, and removes secrets from them. */
export class ReportBuilder {
  readonly #checks: Check[] = [];
  readonly #secrets = new Set<string>();
  readonly #onCheck: (check: Check) => void;

  constructor(onCheck: (check: Check) => void) {
    this.#onCheck = onCheck;
  }

  /** A text that no message may contain. */
  addSecret(secret: string): void {
    if (secret !== '') this.#secrets.add(secret);
  }

  ok(name: CheckName, message: string): void {
    this.#add({ name, status: 'ok', message: this.#redact(message) });
  }

  skip(name: CheckName, message: string): void {
    this.#add({ name, status: 'skipped', message: this.#redact(message) });
  }

  fail(name: CheckName, { culprit, message, fix }: Finding): void {
    this.#add({ name, status: 'failed', culprit, message: this.#redact(message), fix: this.#redact(fix) });
  }

  /** Marks the checks that did not run as skipped, and returns the report. */
  finish(url: string): Report {
    const done = new Set(this.#checks.map(({ name }) => name));
    for (const name of checkNames) if (!done.has(name)) this.skip(name, 'not checked, because an earlier check failed');
    return { ok: this.#checks.every(({ status }) => status !== 'failed'), url, checks: this.#checks };
  }

  #add(check: Check): void {
    this.#checks.push(check);
    this.#onCheck(check);
  }

  #redact(text: string): string {
    let result = text;
    for (const secret of this.#secrets) result = result.replaceAll(secret, '[redacted]');
    return result;
  }
}

/** Returns a text of a server for a message: on one line, printable, at most 80 characters. */
export function quoted(text: string): string {
  const line = text.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);
}
