import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isProblem, type Problem } from '@usher/protocol';
import { Fatal } from './report.ts';

/** The maximum number of bytes of a response that are read. */
const maxBody = 64 * 1024;

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates of an authority that signs the certificate of the server (PEM). */
  readonly ca: string | undefined;
  /** Time limit of the whole call, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Sends an HTTP/1.1 request on a new connection. Redirects are not followed.
 *
 * @throws Fatal if there is no HTTP/1.1 response. It names the cause.
 */
export async function call(url: URL, { ca, timeoutMs, body, ...options }: CallOptions): Promise<HttpResponse> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await new Promise<HttpResponse>((resolve, reject) => {
      const { request } = url.protocol === 'https:' ? https : http;
      const sent = request(url, { ...options, agent: false, signal, ...tlsOptions(ca) });
      sent.once('error', reject);
      sent.once('response', (response) => {
        readResponse(response).then(resolve, reject);
      });
      sent.end(body);
    });
  } catch (error) {
    throw networkFailure(error, url, timeoutMs);
  }
}

/** As for the WebSockets of a browser: HTTP/1.1 only (RFC 7301). */
export function tlsOptions(ca: string | undefined): { readonly ALPNProtocols: string[]; readonly ca?: string } {
  return { ALPNProtocols: ['http/1.1'], ...(ca === undefined ? {} : { ca }) };
}

/** Reads a response, at most 64 KiB of its body. */
export async function readResponse(response: IncomingMessage): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBody) break; // destroys the response
  }
  const body = Buffer.concat(chunks).subarray(0, maxBody).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

export function json(response: HttpResponse): unknown {
  try {
    return JSON.parse(response.body);
  } catch {
    return undefined;
  }
}

/** Returns the problem document of a response from Usher, or `undefined` for any other response. */
export function problemIn(response: HttpResponse): Problem | undefined {
  const value = json(response);
  return isProblem(value) ? value : undefined;
}

export function isHtml({ headers, body }: HttpResponse): boolean {
  return headers['content-type']?.includes('text/html') === true || /^\s*<(?:!doctype|html)/i.test(body);
}

const isCertificateError = (code: string): boolean =>
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/.test(code);

/** Returns the cause of a call without an HTTP response. */
export function networkFailure(error: unknown, url: URL, timeoutMs: number): Fatal {
  const { code = '', name, message, rawPacket } = error as NodeJS.ErrnoException & { readonly rawPacket?: unknown };
  const at = url.host;
  if (/no.application.protocol/i.test(`${code} ${message}`) || isHttp2Settings(rawPacket)) {
    return http2Only(`${at} speaks HTTP/2 only`);
  }
  if (isCertificateError(code)) {
    return new Fatal({
      culprit: 'tls',
      message: `the certificate of ${at} is not accepted (${code})`,
      fix: 'Install a certificate that is valid for this host, with its intermediate certificates. For your own certificate authority, pass --ca FILE.',
    });
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return new Fatal({
      culprit: 'tls',
      message: `no TLS connection to ${at} (${code})`,
      fix: 'Check that the port serves TLS, and TLS 1.2 or later. For a port without TLS, use an http: URL.',
    });
  }
  const timedOut = name === 'TimeoutError' || name === 'AbortError';
  const reason = timedOut ? `no response within ${timeoutMs / 1_000} s` : code === '' ? message : code;
  return new Fatal({
    culprit: 'unreachable',
    message: `${at} is not reachable: ${reason}`,
    fix: 'Check the host name, the port and the firewall, and that the proxy is running. The server listens on HOST and PORT (127.0.0.1 and 3000 by default).',
  });
}

export function http2Only(message: string): Fatal {
  return new Fatal({
    culprit: 'http2_only',
    message,
    fix: 'Accept HTTP/1.1 as well: WebSockets use its Upgrade header. HAProxy: "alpn h2,http/1.1". A listener of a load balancer: HTTP/1.1, not HTTP/2 or gRPC.',
  });
}

/** Whether a server started with a SETTINGS frame of HTTP/2 (RFC 9113 §3.4) instead of an HTTP/1.1 response. */
function isHttp2Settings(packet: unknown): boolean {
  return (
    packet instanceof Uint8Array &&
    packet.length >= 9 &&
    packet[3] === 4 &&
    packet.subarray(5, 9).every((byte) => byte === 0)
  );
}
