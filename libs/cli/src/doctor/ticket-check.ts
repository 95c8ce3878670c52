import { type HttpResponse, call, json } from './http.ts';
import { requireUsher, ticketRefusal } from './responses.ts';
import type { Target } from './options.ts';
import { Fatal, type ReportBuilder, quoted } from './report.ts';

/** A larger difference between two clocks is reported, in milliseconds. */
const maxSkewMs = 10_000;

/** No deployment has tickets that are valid for longer, in milliseconds. */
const longestTicketMs = 10 * 60_000;

export interface IssuedTicket {
  readonly ticket: string;
  readonly expires: number;
  readonly connectAfterMs: number;
}

/** Requests tickets as a page of `target.origin` does. */
export class TicketClient {
  readonly #target: Target;
  readonly #token: string;
  readonly #report: ReportBuilder;
  /** Every ticket that was issued, to search logs for it. */
  readonly tickets: string[] = [];

  constructor(target: Target, token: string, report: ReportBuilder) {
    this.#target = target;
    this.#token = token;
    this.#report = report;
  }

  call(): Promise<HttpResponse> {
    const { ticketUrl, origin, ca, timeoutMs } = this.#target;
    return call(ticketUrl, { ca, timeoutMs, headers: { authorization: `Bearer ${this.#token}`, origin } });
  }

  /** Reads the ticket of a response. @throws Fatal if there is none */
  ticketIn(response: HttpResponse): IssuedTicket {
    const value = response.status === 200 ? json(response) : undefined;
    if (!isTicket(value)) {
      if (response.status !== 200) throw new Fatal(ticketRefusal(response));
      throw new Fatal({
        culprit: 'ticket_call_not_forwarded',
        message: `the response of ${this.#target.ticketUrl.pathname} contains no ticket`,
        fix: 'Forward this path to the server, without changing its responses.',
      });
    }
    this.#report.addSecret(value.ticket);
    this.tickets.push(value.ticket);
    return value;
  }

  /** Requests a ticket and waits until it may be used. @throws Fatal if there is none */
  async next(): Promise<string> {
    const { ticket, connectAfterMs } = this.ticketIn(await this.call());
    await this.untilSlot(connectAfterMs);
    return ticket;
  }

  /** Waits for the slot of a ticket. @throws Fatal if it is later than the time limit */
  async untilSlot(connectAfterMs: number): Promise<void> {
    if (connectAfterMs > this.#target.timeoutMs) {
      throw new Fatal({
        culprit: 'ticket_refused',
        message: `the server asks to connect in ${connectAfterMs / 1_000} s`,
        fix: 'Many clients are connecting at the moment. Try again later, or with a longer --timeout.',
      });
    }
    if (connectAfterMs > 0) await new Promise((resolve) => setTimeout(resolve, connectAfterMs));
  }
}

function isTicket(value: unknown): value is IssuedTicket {
  if (typeof value !== 'object' || value === null) return false;
  const { ticket, expires, connectAfterMs } = value as Record<string, unknown>;
  return (
    typeof ticket === 'string' &&
    ticket !== '' &&
    Number.isFinite(expires) &&
    typeof connectAfterMs === 'number' &&
    connectAfterMs >= 0
  );
}

/** Requests two tickets. Reports caching and clocks. Resolves to the second ticket. @throws Fatal if there is none */
export async function checkTicketCall(client: TicketClient, target: Target, report: ReportBuilder): Promise<string> {
  const path = target.ticketUrl.pathname;
  const first = await client.call();
  requireUsher(first, target.ticketUrl);
  const { ticket } = client.ticketIn(first);
  const sentAt = Date.now();
  const second = await client.call();
  requireUsher(second, target.ticketUrl);
  const receivedAt = Date.now();
  const next = client.ticketIn(second);

  const cached =
    'Turn off the cache for this path (nginx: "proxy_cache off;"; a CDN: a rule that bypasses the cache), and keep the header Cache-Control.';
  const { age, 'cache-control': cacheControl } = second.headers;
  if (next.ticket === ticket || age !== undefined) {
    const seen =
      next.ticket === ticket
        ? 'two calls returned the same ticket'
        : `the response has the header Age: ${quoted(age ?? '')}`;
    throw new Fatal({ culprit: 'ticket_call_cached', message: `a proxy caches ${path}: ${seen}`, fix: cached });
  }
  if (cacheControl?.includes('no-store') !== true) {
    report.fail('ticket', {
      culprit: 'cache_control_lost',
      message: `${path} has no "Cache-Control: no-store" (${cacheControl === undefined ? 'no such header' : quoted(cacheControl)})`,
      fix: 'Do not hide or replace Cache-Control in the proxy (nginx: proxy_hide_header, expires; HAProxy: http-response set-header).',
    });
  } else report.ok('ticket', `${path} issues a new ticket for each call`);

  checkClocks(second, next, { sentAt, receivedAt }, report);
  await client.untilSlot(next.connectAfterMs);
  return next.ticket;
}

/** Compares the header `Date`, which a proxy may have set, and the expiry of the ticket with the clock of this machine. */
function checkClocks(
  { headers }: HttpResponse,
  { expires, connectAfterMs }: IssuedTicket,
  { sentAt, receivedAt }: { readonly sentAt: number; readonly receivedAt: number },
  report: ReportBuilder,
): void {
  const date = Date.parse(headers.date ?? '');
  // `Date` has whole seconds.
  const ahead = Number.isNaN(date) ? 0 : Math.max(date - receivedAt, 0) || Math.min(date + 999 - sentAt, 0);
  const left = expires * 1_000 - receivedAt;
  const isServerWrong = left <= 0 || left - connectAfterMs > longestTicketMs;
  if (Math.abs(ahead) <= maxSkewMs && !isServerWrong) {
    report.ok(
      'clock',
      Number.isNaN(date) ? 'the ticket expires in the future; there is no header Date' : 'the clocks agree',
    );
    return;
  }
  const observed = isServerWrong
    ? `the new ticket ${left <= 0 ? `expired ${seconds(-left)} ago` : `expires in ${seconds(left)}`} by the clock of this machine`
    : `the header Date is ${seconds(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} the clock of this machine`;
  report.fail('clock', {
    culprit: 'clock_skew',
    message: observed,
    fix: 'Synchronize the clocks with NTP on the servers, the proxies and this machine. Tokens and leases expire too early or too late otherwise.',
  });
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
