import { DOCUMENT, DestroyRef, InjectionToken, Service, computed, inject, signal, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Disconnected, type RequestOptions, TicketSocket, type TicketSocketOptions } from '@usher/client';
import { ticketFrom } from '@usher/client/session';
import type { OperatorProtocol } from '@usher/operator-api';
import type { ParamsInput, Reply, RequestType } from '@usher/protocol';
import { endReasonOfSocket } from '../../session/end-reason.ts';
import { Session } from '../../session/session.ts';

/** Options that replace those of the app. Tests set them to connect to a server without a network. */
export const OPERATOR_SOCKET_OPTIONS = new InjectionToken<Partial<TicketSocketOptions>>('options of OperatorSocket', {
  factory: () => ({}),
});

/**
 * The socket of the operator console. It connects when the console opens and closes with it. Like every other client it needs a ticket for
 * each connection.
 */
@Service({ autoProvided: false })
export class OperatorSocket {
  private readonly session = inject(Session);
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly socket = new TicketSocket<OperatorProtocol>({
    url: () => new URL('/api/ws', this.window?.location.href).href.replace(/^http/, 'ws'),
    ticket: ticketFrom(this.session, { url: '/api/ws_ticket' }),
    who: () => {
      const state = untracked(this.session.state);
      return state.name === 'signed_in' ? state : undefined;
    },
    protocol: 'usher.operator.v1',
    ...inject(OPERATOR_SOCKET_OPTIONS),
  });
  private readonly opened = signal(0);

  readonly state = toSignal(this.socket.state$, { requireSync: true });
  readonly isOpen = computed(() => this.state().name === 'open');
  /** How many times the connection has opened. Data that was loaded before may be out of date. */
  readonly openings = this.opened.asReadonly();

  constructor() {
    const watching = this.socket.state$.subscribe(({ name, reason }) => {
      if (name === 'open') this.opened.update((count) => count + 1);
      if (name === 'signed_out' && reason.kind !== 'identity' && reason.kind !== 'requested') {
        this.session.end(endReasonOfSocket(reason));
      }
    });
    inject(DestroyRef).onDestroy(() => {
      watching.unsubscribe();
      this.socket.stop();
    });
    this.socket.connect();
  }

  /**
   * Sends a query.
   *
   * @throws RequestFailed, Disconnected or TimedOut, as `TicketSocket.request`
   */
  async request<T extends RequestType<OperatorProtocol>>(
    type: T,
    params: ParamsInput<OperatorProtocol, T>,
    options?: RequestOptions,
  ): Promise<Reply<OperatorProtocol, T>> {
    if (!untracked(this.isOpen)) throw new Disconnected();
    return this.socket.request(type, params, options);
  }

  retryNow(): void {
    if (this.state().name === 'stopped') this.socket.connect();
    else this.socket.retryNow();
  }
}
