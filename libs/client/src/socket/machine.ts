import { parseFrame, type RawFrame, shouldReconnect } from '@usher/protocol';
import { isWelcome, type Reason, type StateName, type Welcome } from './connection-state.ts';
import { rateLimitAbused, restartSpreadMs, serviceRestart, sessionEnded } from './constants.ts';
import { createHeartbeat } from './heartbeat.ts';
import { currentOwner, differ, type Identity, type MaybeOwner, ownerOf } from './identity.ts';
import { keepLease } from './lease.ts';
import type { TicketSocketOptions } from './options.ts';
import { browserPage, type PageEvent } from './page.ts';
import { createRequests, encodeFrame } from './requests.ts';
import { closeSocket, openSocket, type Socket } from './socket.ts';
import { createStates, type CurrentState } from './states.ts';
import { callTicketFunction, type TicketOutcome } from './ticket-request.ts';
import { fullJitter, now } from './timing.ts';

/**
 * The state machine of a connection, for any protocol. It owns the only socket, and every transition goes through `enter`. Subscribers
 * may call the socket during a transition. Code that continues after `enter` or an `await` must therefore check the state again.
 */
export function createMachine(options: TicketSocketOptions, current: CurrentState) {
  const { random = Math.random, page = browserPage, timings = {} } = options;
  const { answerMs = 10_000, graceMs = 10_000, stableMs = 10_000, backoffMinMs = 500, backoffMaxMs = 20_000 } = timings;
  const who = options.who ?? options.ticket.who ?? (() => null);

  // Timers do not run callbacks that were scheduled for another identity.
  const [after, enter, getLifetime, logStep, setLease] = createStates(current, onEnter, checkIdentity);
  const [send, settle] = createRequests(after, post, answerMs);
  const [frameReceived, checkHeartbeat, watchHeartbeat] = createHeartbeat(after, () => {
    scheduleReconnect({ kind: 'timeout' });
  });
  /** Set from `connect()` until the socket ends in `stopped` or `signed_out`. */
  let unwatchPage: (() => void) | undefined;
  let socket: Socket | undefined;
  let renewLease: (() => void) | undefined;
  /** The server asked the client not to connect before this time, Unix ms. `retryNow()` and `connect()` ignore it. */
  let notBefore = 0;

  /** The identity that everything here belongs to. */
  let owner: MaybeOwner;
  /** Whether the data of the previous identity must still be deleted. */
  let clearPending = false;
  /** Whether a connection was open since the last sign-out. */
  let wasOpen = false;

  function onEnter(name: StateName): void {
    if (!current.welcome) {
      closeSocket(socket);
      socket = undefined;
    }
    if (name === 'signed_out') {
      owner = undefined;
      wasOpen = false;
      clearPending = true;
    }
    clear();
  }

  function clear(): void {
    if (clearPending) {
      clearPending = false;
      current.cleared$.next();
    }
  }

  /**
   * Compares the current identity with the owner. After a change it leaves the state, clears, starts again and returns `false`: the
   * caller's work belonged to the previous identity and must stop.
   *
   * @param ticketIdentity the identity of a ticket, used while `who` returns `null`
   */
  function checkIdentity(ticketIdentity?: Identity | string): boolean {
    const found = currentOwner(who, ticketIdentity);
    if (found === null) {
      owner ??= null;
      return true;
    }
    const before = owner;
    owner = found;
    const isSame = found ? !differ(before?.key, found.key) : before === undefined;
    if (isSame && !differ(owner?.user, current.welcome?.user)) return true;
    clearPending = true;
    if (!unwatchPage) clear();
    else if (found) begin({ kind: 'identity' });
    else end('signed_out', { kind: 'identity' });
    return false;
  }

  /** Ends in a final state: stays there until `connect()`. */
  function end(name: 'signed_out' | 'stopped', reason: Reason): void {
    if (current.state.name === 'signed_out') return;
    unwatchPage?.();
    unwatchPage = undefined;
    enter(name, { reason, attempt: 0 });
  }

  function waitForSignIn(): void {
    owner = undefined;
    enter('idle', { reason: { kind: 'sign_in' }, attempt: 0 });
  }

  /** Waits before the next attempt: at least `waitMs`, the minimum that the server asked for. */
  function scheduleReconnect(reason: Reason, waitMs = 0): void {
    if (!checkIdentity() || !unwatchPage || current.state.name === 'idle') return;
    const { name, since, attempt: failed } = current.state;
    const at = now();
    const attempt = name === 'open' && at - since >= stableMs ? 1 : failed + (name === 'backoff' ? 0 : 1);
    const isOffline = reason.kind === 'offline' || !page.online();
    notBefore = Math.max(notBefore, at + waitMs);
    const minMs = reason.code === serviceRestart ? restartSpreadMs : backoffMinMs;
    // When offline or hidden, a page event reconnects. The slow retry covers devices that report the wrong network state.
    const ms =
      isOffline || reason.kind === 'hidden'
        ? backoffMaxMs
        : notBefore - at + fullJitter(attempt, minMs, backoffMaxMs, random);
    if (!enter('backoff', { reason: isOffline ? { kind: 'offline' } : reason, attempt, retryAt: at + ms })) return;
    after(ms, retry);
    logStep(isOffline ? 'offline' : 'backoff', { ms });
  }

  /** Starts the next attempt now, or the first one after a sign-in. */
  function retry(): void {
    if (!checkIdentity()) return;
    const { name, reason, attempt } = current.state;
    // An attempt does not keep the reason `offline`: a failure will report it again.
    if (name === 'backoff') begin(reason.kind === 'offline' ? { kind: 'closed' } : reason, attempt);
    else if (name === 'idle' && unwatchPage) begin({ kind: 'start' });
  }

  /** Starts an attempt for the current owner. */
  function begin(reason: Reason, attempt = 0): void {
    notBefore = 0;
    if (owner === undefined) waitForSignIn();
    else if (enter('ticket', { reason, attempt }) && checkIdentity()) {
      requestTicket(connectWith);
      logStep('ticket');
    }
  }

  function connectWith({ ticket, waitMs, failure }: TicketOutcome): void {
    if (failure) scheduleReconnect(failure, waitMs);
    else if (!waitMs) dial(ticket);
    else if (enter('waiting', { retryAt: now() + waitMs })) {
      after(waitMs, () => {
        dial(ticket);
      });
      logStep('waiting', { ms: waitMs });
    }
  }

  /**
   * Requests a ticket. Calls back once, unless the state changes first: a late ticket opens nothing. A terminal rejection ends the
   * connection instead.
   */
  function requestTicket(onOutcome: (outcome: TicketOutcome) => void): void {
    const requested = getLifetime();
    const requestedAt = now();
    void callTicketFunction(options.ticket, after, answerMs).then((outcome) => {
      if (requested !== getLifetime()) return;
      const { failure, identity } = outcome;
      current.receipt = outcome.receipt;
      const ms = now() - requestedAt;
      logStep(failure ? 'refused' : 'ticket_ok', { ms, code: failure?.code, text: failure?.text });
      if (requested !== getLifetime() || !checkIdentity(identity)) return;
      const named = ownerOf(identity);
      if (failure?.code === 'missing_token' && !owner && !wasOpen) waitForSignIn();
      else if (failure?.kind === 'refused') end('signed_out', failure);
      // The token may have changed after the check and changed back.
      else if (differ(owner?.user && owner.key, named?.user && named.key))
        onOutcome({ waitMs: 0, failure: { kind: 'identity' } });
      else onOutcome(outcome);
    });
  }

  function dial(ticket: string): void {
    if (!enter('connecting') || !checkIdentity()) return;
    const dialedAt = now();
    try {
      socket = openSocket(options, ticket, {
        onopen() {
          logStep('open', { ms: now() - dialedAt });
        },
        onmessage({ data }) {
          frameReceived();
          const frame = parseFrame(data);
          if (!frame || !checkIdentity()) return;
          if (current.welcome) receive(frame);
          else if (isWelcome(frame)) opened(frame, dialedAt);
        },
        onclose: closed,
      });
    } catch (error) {
      end('stopped', { kind: 'closed', text: (error as Error).name });
      return;
    }
    after(answerMs, () => {
      scheduleReconnect({ kind: 'timeout' });
    });
    logStep('dial');
  }

  function opened(frame: Welcome, dialedAt: number): void {
    if (differ(owner?.user, frame.user)) {
      end('stopped', { kind: 'identity' });
      return;
    }
    if (!enter('open', {}, frame)) return;
    wasOpen = true;
    watchHeartbeat(frame.heartbeatMs + graceMs);
    renewLease = keepLease(getLifetime(), frame.lease, [after, random, requestTicket, send, setLease, logStep]);
    logStep('welcome', { ms: now() - dialedAt });
  }

  function closed({ code, reason: text }: { readonly code: number; readonly reason: string }): void {
    const why = { kind: 'closed', code, ...(text && { text }) } as const;
    logStep('close', { code, text, ms: now() - current.state.since });
    if (!checkIdentity()) return;
    if (code === sessionEnded) end('signed_out', { ...why, kind: 'signed_out' });
    else if (shouldReconnect(code)) scheduleReconnect(why, code === rateLimitAbused ? backoffMaxMs : 0);
    else end('stopped', why);
  }

  function receive(frame: RawFrame): void {
    const { type } = frame;
    if (type === 'reply' || type === 'error') {
      settle(frame);
      return;
    }
    if (type === 'beat' || type === 'lease') {
      logStep(type);
      if (type === 'beat') post({ type });
      else renewLease?.();
    }
    if (type === 'request') void current.onRequest(frame);
    current.events$.next(frame);
  }

  function onPage(event: PageEvent): void {
    if (event === 'pagehide') scheduleReconnect({ kind: 'hidden' });
    else if (event === 'offline') scheduleReconnect({ kind: event });
    else {
      if (event === 'online') logStep(event);
      // After sleep the connection may be dead, and timers are late.
      if (current.welcome) checkHeartbeat();
      if (now() >= notBefore) retry();
    }
  }

  /** Sends a frame. Returns `false` if there is no connection. Throws RequestFailed `too_long`. */
  function post(frame: object): boolean {
    const { welcome } = current;
    if (!checkIdentity() || !welcome) return false;
    socket?.send(encodeFrame(frame, welcome.limits.frameBytes));
    return true;
  }

  return {
    connect(): void {
      checkIdentity();
      if (unwatchPage && current.state.name !== 'idle') return;
      unwatchPage ??= page.watch(onPage);
      begin({ kind: 'start' });
    },
    recheck(): void {
      // Connects also if a user has signed in since `connect()`.
      if (checkIdentity() && owner && current.state.name === 'idle') retry();
    },
    stop(): void {
      checkIdentity();
      end('stopped', { kind: 'requested' });
    },
    signOut(text?: string): void {
      end('signed_out', { kind: 'requested', ...(text && { text }) });
    },
    retryNow: retry,
    drop(): void {
      scheduleReconnect({ kind: 'requested' });
    },
    request: send,
    onRequest({ request }: RawFrame): void {
      post({ type: 'response', request, code: 'unknown_type' });
    },
    signal(type: string, params: object): void {
      post({ ...params, type });
    },
    later: after,
  };
}
