import { describe, requireUsher } from './responses.ts';
import { call, isHtml, json } from './http.ts';
import type { Credentials, Target } from './options.ts';
import { Fatal, type ReportBuilder } from './report.ts';

/**
 * Calls the ticket endpoint without a token, so that the token is sent only to Usher.
 *
 * @throws Fatal if it does not
 */
export async function checkReach({ ticketUrl, ca, timeoutMs }: Target, report: ReportBuilder): Promise<void> {
  const response = await call(ticketUrl, { ca, timeoutMs });
  requireUsher(response, ticketUrl);
  if (isHtml(response) || response.status < 400) {
    throw new Fatal({
      culprit: response.headers.age === undefined ? 'ticket_call_not_forwarded' : 'ticket_call_cached',
      message: `${ticketUrl.pathname} returned ${describe(response)} without a token`,
      fix: `Forward ${ticketUrl.pathname} to the server, and do not cache it.`,
    });
  }
  report.ok('reach', `${ticketUrl.host} forwards ${ticketUrl.pathname}`);
}

/** Checks that a page of another origin may call the ticket endpoint (CORS). */
export async function checkCors(target: Target, report: ReportBuilder): Promise<void> {
  const { ticketUrl, origin, url, ca, timeoutMs } = target;
  if (origin === url.origin) {
    report.skip('cors', `pages of ${origin} need no CORS for this URL`);
    return;
  }
  const headers = { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
  const response = await call(ticketUrl, { method: 'OPTIONS', headers, ca, timeoutMs });
  const allowed = response.headers['access-control-allow-origin'];
  const allowedHeaders = (response.headers['access-control-allow-headers'] ?? '').toLowerCase();
  if (
    response.status >= 200 &&
    response.status < 300 &&
    allowed === origin &&
    allowedHeaders.includes('authorization')
  ) {
    report.ok('cors', `pages of ${origin} may request tickets`);
    return;
  }
  report.fail('cors', {
    culprit: 'cors',
    message: `pages of ${origin} may not request tickets: the preflight returned ${describe(response)}`,
    fix: `Add ${origin} to ALLOWED_ORIGINS (allowedOrigins), and forward OPTIONS ${ticketUrl.pathname} without changes. A browser reports a CORS error.`,
  });
}

/** Signs in. @returns the access token @throws Fatal if the sign-in is rejected */
export async function signIn(target: Target, { user, password }: Credentials): Promise<string> {
  const { authUrl, origin, ca, timeoutMs } = target;
  const body = JSON.stringify({ user, pwd: password });
  const headers = { 'content-type': 'application/json', origin };
  const response = await call(authUrl, { method: 'POST', headers, body, ca, timeoutMs });
  const value = response.status === 200 ? json(response) : undefined;
  const token = typeof value === 'object' && value !== null ? (value as { readonly token?: unknown }).token : undefined;
  if (typeof token === 'string' && token !== '') return token;
  throw new Fatal({
    culprit: 'sign_in_failed',
    message: `POST ${authUrl.pathname} returned ${describe(response)}`,
    fix: 'Check the user and the password. If the sign-in has another path, pass --auth-path; if it works in another way, set USHER_TOKEN.',
  });
}

/** Ends the session of `signIn`. A failure is ignored, because the session expires anyway. */
export async function signOut({ authUrl, ca, timeoutMs }: Target, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  await call(authUrl, { method: 'DELETE', headers, ca, timeoutMs }).catch(() => undefined);
}
