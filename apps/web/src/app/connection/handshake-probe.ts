import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { DOCUMENT, Service, inject } from '@angular/core';
import type { TicketResponse } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { problemCode } from '../session/http-errors.ts';
import { connectionTexts } from '../texts/connection.ts';
import { milliseconds } from './format.ts';

/** Timeout of a handshake (ms). */
const timeoutMs = 10_000;

interface HandshakeResult {
  readonly accepted: boolean;
  readonly ms: number;
  /** Closes the socket, if it is still open. */
  readonly close: () => void;
}

/**
 * Runs handshakes that the server should reject and describes the results. Browsers report a rejected handshake only as close code 1006,
 * so the same request is also sent over plain HTTP, which shows the status.
 */
@Service()
export class HandshakeProbe {
  private readonly http = inject(HttpClient);
  private readonly window = inject(DOCUMENT).defaultView;

  /** Opens two sockets with the same ticket. */
  async reuseTicket(): Promise<readonly string[]> {
    const begun = performance.now();
    let ticket: TicketResponse;
    try {
      ticket = await firstValueFrom(this.http.get<TicketResponse>('/api/ws_ticket'));
    } catch (error) {
      return [refusal(error, connectionTexts.ticketRefused)];
    }
    const lines: string[] = [connectionTexts.ticketGot(milliseconds(performance.now() - begun))];
    await pause(ticket.connectAfterMs);
    const query = `?ticket=${encodeURIComponent(ticket.ticket)}`;
    const first = await this.open(query);
    lines.push(first.accepted ? connectionTexts.first(milliseconds(first.ms)) : connectionTexts.firstRefused);
    const second = await this.open(query);
    lines.push(second.accepted ? connectionTexts.secondAccepted : connectionTexts.second(milliseconds(second.ms)));
    first.close();
    second.close();
    return lines;
  }

  /** Opens a socket without a ticket, sends the same request over plain HTTP, and requests a ticket without an access token. */
  async withoutTicket(): Promise<readonly string[]> {
    const socket = await this.open('');
    socket.close();
    const lines: string[] = [
      socket.accepted ? connectionTexts.noTicketAccepted : connectionTexts.noTicketRefused(milliseconds(socket.ms)),
    ];
    lines.push(await this.plainResponse('/api/ws', connectionTexts.plain));
    lines.push(await this.plainResponse('/api/ws_ticket', connectionTexts.noToken));
    return lines;
  }

  /** Describes the response to an unauthenticated request. Uses `fetch` because `HttpClient` would add the access token. */
  private async plainResponse(path: string, textOf: (status: number, code: string) => string): Promise<string> {
    try {
      const response = await fetch(path, { headers: { Accept: 'application/problem+json' }, cache: 'no-store' });
      const body: unknown = await response.json().catch(() => undefined);
      return textOf(response.status, codeIn(body));
    } catch {
      return connectionTexts.unreachable;
    }
  }

  private open(query: string): Promise<HandshakeResult> {
    const { promise, resolve } = Promise.withResolvers<HandshakeResult>();
    const url = new URL(`/api/ws${query}`, this.window?.location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const begun = performance.now();
    const socket = new WebSocket(url, 'usher.v1');
    const close = (): void => {
      socket.close();
    };
    const timer = setTimeout(close, timeoutMs);
    socket.onopen = () => {
      clearTimeout(timer);
      resolve({ accepted: true, ms: performance.now() - begun, close });
    };
    socket.onclose = () => {
      clearTimeout(timer);
      resolve({ accepted: false, ms: performance.now() - begun, close });
    };
    return promise;
  }
}

function refusal(error: unknown, textOf: (status: number, code: string) => string): string {
  if (!(error instanceof HttpErrorResponse) || error.status === 0) return connectionTexts.unreachable;
  return textOf(error.status, problemCode(error) ?? '');
}

function codeIn(body: unknown): string {
  const known = typeof body === 'object' && body !== null && 'code' in body;
  return known && typeof body.code === 'string' ? body.code : '';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
