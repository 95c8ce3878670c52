import { type closeCodes, shouldReconnect, parseFrame, type RawFrame } from '@usher/protocol';
import { BehaviorSubject, filter, Subject } from 'rxjs';
import { fullJitter } from './backoff.ts';
import type { ConnectionState, Reason, StateName, Step } from './connection-state.ts';
import { Disconnected, RequestFailed, TimedOut } from './errors.ts';
import { type Identity, type Owner, ownerOf } from './identity.ts';
import type { Socket, TicketSocketOptions } from './options.ts';
import { browserPage, type PageEvent } from './page.ts';
import { createRequests } from './requests.ts';
import { TicketRefused } from './ticket-refused.ts';
import { type After, createTimers } from './timers.ts';
import { isWelcome, type Welcome } from './welcome.ts';

type CodeOf<N> = Extract<(typeof closeCodes)[number], { readonly name: N }>['code'];
const sessionEnded: CodeOf<'session_ended'> = 4501;
const rateLimitAbused: CodeOf<'rate_limit_abused'> = 4029;
const serviceRestart: CodeOf<'service_restart'> = 1012;

/** After a server restart, clients spread their ticket calls over at least this time. The slots in the answers spread the dials. */
const restartSpreadMs = 3_000;
/** The minimum delay before a planned renewal. It limits the rate if the clocks of client and server differ. */
const renewalGapMs = 30_000;

/**
 * The state machine of a connection, for any protocol. It owns all timers and the only socket, and every transition goes through
 * `enter`. Subscribers may call the socket during a transition. Code that continues after `enter` must therefore check its result.
 */
export function createMachine(options: TicketSocketOptions) {
  const {
    url,
    protocol = 'usher.v1',
    random = Math.random,
    now = Date.now,
    page = browserPage,
    timings = {},
    who = options.ticket.who ?? (() => null),
  } = options;
  const { answerMs = 10_000, graceMs = 10_000, stableMs = 10_000 } = timings;
  const { backoffMinMs = 500, backoffMaxMs = 20_000 } = timings;

  /** The current state and welcome. `publishState` copies them to the subjects. */
  let state: ConnectionState = { name: 'idle', reason: { kind: 'start' }, since: now(), attempt: 0 };
  let welcome: Welcome | undefined;
  const state$ = new BehaviorSubject(state);
  const welcome$ = new BehaviorSubject(welcome);
  const events$ = new Subject<RawFrame>();
  const log$ = new Subject<Step>();
  const cleared$ = new Subject<void>();
  let publishing = false;

  const [timer, clearTimers] = createTimers();
  /** Does not run a callback that was scheduled for another identity. */
  const after: After = (ms, run) =>
    timer(ms, () => {
      if (checkIdentity()) run();
    });
  const requests = createRequests(after, post, answerMs);
  /** Set from `connect()` until the socket ends in `stopped` or `signed_out`. */
  let unwatchPage: (() => void) | undefined;
  let socket: Socket | undefined;
  /** The pending ticket call. */
  let call: AbortController | undefined;
  let renewing = false;
  /** The number of the last scheduled renewal. Earlier ones do not run. */
  let renewals = 0;
  /** When the last frame arrived, Unix ms. */
  let lastFrameAt = 0;
  /** The server asked the client not to connect before this time, Unix ms. `retryNow()` and `connect()` ignore it. */
  let notBefore = 0;

  /** The identity that everything here belongs to: `undefined` for none, `null` while it is not known. */
  let owner: Owner | null | undefined;
  /** Whether the data of the previous identity must still be deleted. */
  let clearPending = false;
  /** Whether a connection was open since the last sign-out. */
  let wasOpen = false;
  let hinted = false;
  /** Handshakes in a row that failed without an answer. */
  let failures = 0;

  function logStep(step: Step['step'], more?: Omit<Step, 'at' | 'step'>): void {
    log$.next({ at: now(), step, ...more });
  }

  /**
   * Enters a state. Clears the timers, aborts the ticket call and, except when the connection opens, closes the socket.
   *
   * @returns `false` if a subscriber has changed the state again
   */
  function enter(name: StateName, reason: Reason, attempt: number, retryAt?: number, opened?: Welcome): boolean {
    const entered = { name, reason, since: now(), attempt, ...(retryAt && { retryAt }) };
    state = entered;
    welcome = opened;
    clearTimers();
    call?.abort();
    call = undefined;
    renewing = false;
    if (!opened) closeSocket();
    if (name === 'signed_out') {
      owner = undefined;
      wasOpen = false;
      clearPending = true;
    }
    clear();
    publishState();
    return state === entered;
  }

  function closeSocket(): void {
    welcome = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
    socket = undefined;
    requests.disconnect();
  }

  function clear(): void {
    if (!clearPending) return;
    clearPending = false;
    cleared$.next();
  }

  /**
   * Compares the current identity with the owner. After a change it closes the socket, clears, starts again and returns `false`:
   * the caller's work belonged to the previous identity and must stop.
   *
   * @param answered the identity of a ticket, used while `who` returns `null`
   */
  function checkIdentity(answered?: Identity | string): boolean {
    let found: Owner | null | undefined;
    try {
      found = ownerOf(who());
    } catch {
      // An unknown identity must not keep the connection of the previous one.
    }
    if (found === null) found = ownerOf(answered ?? null);
    if (found === null) {
      owner ??= null;
      return true;
    }
    const before = owner;
    owner = found;
    const isSame = found ? !before || before.key === found.key : before === undefined;
    if (isSame && !isOther(welcome?.user)) return true;
    clearPending = true;
    closeSocket();
    if (!unwatchPage) clear();
    else if (found) start({ kind: 'identity' }, 0);
    else end('signed_out', { kind: 'identity' });
    return false;
  }

  /** Whether the owner is known and is not this user. */
  function isOther(user: string | undefined): boolean {
    return user !== undefined && owner?.user !== undefined && owner.user !== user;
  }

  /** Checks the identity, and connects if a user has signed in since `connect()`. */
  function recheck(): void {
    if (checkIdentity() && owner && unwatchPage && state.name === 'idle') start({ kind: 'start' }, 0);
  }

  /** Publishes the state and the welcome. Calls from inside a subscriber return at once, so that all subscribers see one order. */
  function publishState(): void {
    if (publishing) return;
    publishing = true;
    while (state$.value !== state || welcome$.value !== welcome) {
      if (welcome$.value !== welcome) welcome$.next(welcome);
      if (state$.value !== state) state$.next(state);
    }
    publishing = false;
  }

  function end(name: 'signed_out' | 'stopped', reason: Reason): void {
    if (state.name === 'signed_out') return;
    unwatchPage?.();
    unwatchPage = undefined;
    enter(name, reason, 0);
  }

  /** Waits before the next attempt: at least `waitMs`, the minimum that the server asked for. */
  function scheduleReconnect(reason: Reason, waitMs = 0): void {
    if (!checkIdentity() || !unwatchPage || state.name === 'idle') return;
    const { name, since, attempt } = state;
    const at = now();
    const tries = name === 'open' && at - since >= stableMs ? 1 : attempt + (name === 'backoff' ? 0 : 1);
    const offline = reason.kind === 'offline' || !page.online();
    notBefore = Math.max(notBefore, at + waitMs);
    // When offline or hidden, a page event reconnects. The slow retry covers devices that report the wrong network state.
    const ms =
      offline || reason.kind === 'hidden'
        ? backoffMaxMs
        : notBefore -
          at +
          fullJitter(tries, reason.code === serviceRestart ? restartSpreadMs : backoffMinMs, backoffMaxMs, random);
    if (!enter('backoff', offline ? { kind: 'offline' } : reason, tries, at + ms)) return;
    after(ms, retry);
    logStep(offline ? 'offline' : 'backoff', { ms });
  }

  function retry(): void {
    const { name, reason, attempt } = state;
    // An attempt does not keep the reason `offline`: a failure will report it again.
    if (name === 'backoff') start(reason.kind === 'offline' ? { kind: 'closed' } : reason, attempt);
    else if (name === 'idle' && unwatchPage) start({ kind: 'start' }, 0);
  }

  function start(reason: Reason, attempt: number): void {
    if (!checkIdentity()) return;
    notBefore = 0;
    if (owner === undefined) {
      enter('idle', { kind: 'sign_in' }, 0);
      return;
    }
    if (!enter('ticket', reason, attempt) || !checkIdentity()) return;
    requestTicket((ticket, ms) => {
      const slotAt = now() + ms;
      if (!ms) dial(ticket, reason, attempt);
      else if (enter('waiting', reason, attempt, slotAt)) {
        after(ms, () => {
          dial(ticket, reason, attempt);
        });
        logStep('waiting', { ms });
      }
    }, scheduleReconnect);
    logStep('ticket');
    if (hinted || options.who || owner?.user) return;
    hinted = true;
    logStep('hint', { text: 'set `who`: the token names no user' });
  }

  /**
   * Requests a ticket and calls one of the two callbacks, once. Calls neither if the state changes first: a late ticket opens
   * nothing. A terminal refusal ends the connection instead.
   */
  function requestTicket(
    got: (ticket: string, waitMs: number) => void,
    failed: (reason: Reason, waitMs: number) => void,
  ): void {
    const ticketCall = (call = new AbortController());
    const requestedAt = now();
    function settle(
      then: () => void,
      step: Step['step'],
      more?: Omit<Step, 'at' | 'step'>,
      identity?: Identity | string,
    ): void {
      if (call === ticketCall) logStep(step, { ms: now() - requestedAt, ...more });
      if (call !== ticketCall || !checkIdentity(identity)) return;
      call = undefined;
      then();
    }
    function fail(error: unknown): void {
      if (error instanceof TicketRefused) {
        const { code, message: text, terminal, retryAfterMs = 0 } = error;
        settle(
          () => {
            if (code === 'missing_token' && !owner && !wasOpen) {
              owner = undefined;
              enter('idle', { kind: 'sign_in' }, 0);
            } else if (terminal) end('signed_out', { kind: 'refused', code, text });
            else failed({ kind: 'unavailable', code, text }, retryAfterMs > 0 ? retryAfterMs : 0);
          },
          'refused',
          { code, text },
        );
      } else {
        settle(() => {
          failed({ kind: error instanceof TimedOut ? 'timeout' : 'unavailable' }, 0);
        }, 'refused');
      }
    }
    after(answerMs, () => {
      ticketCall.abort();
      fail(new TimedOut());
    });
    freshTicket(options, ticketCall.signal).then(([ticket, waitMs, identity]) => {
      settle(
        () => {
          const named = ownerOf(identity);
          // The token may have changed after the check and changed back.
          if (named?.user && owner?.user && named.key !== owner.key) failed({ kind: 'identity' }, 0);
          else got(ticket, waitMs);
        },
        'ticket_ok',
        {},
        identity,
      );
    }, fail);
  }

  function dial(ticket: string, reason: Reason, attempt: number): void {
    if (!enter('connecting', reason, attempt) || !checkIdentity()) return;
    const dialedAt = now();
    let answered = false;
    try {
      const address = typeof url === 'function' ? url() : url;
      const query = `${address.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(ticket)}`;
      socket = new (options.WebSocket ?? globalThis.WebSocket)(address + query, protocol);
    } catch (error) {
      // The message would contain the URL and with it the ticket.
      end('stopped', { kind: 'closed', text: (error as Error).name });
      return;
    }
    socket.onopen = () => {
      answered = true;
      failures = 0;
      logStep('open', { ms: now() - dialedAt });
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      lastFrameAt = now();
      const frame = parseFrame(data);
      if (!frame || !checkIdentity()) return;
      if (welcome) receive(frame);
      else if (isWelcome(frame) && isOther(frame.user)) {
        end('stopped', { kind: 'identity', text: 'the welcome names another user than the token' });
      } else if (isWelcome(frame) && enter('open', reason, attempt, 0, frame)) {
        wasOpen = true;
        watchHeartbeat();
        scheduleRenewal(frame.lease);
        logStep('welcome', { ms: lastFrameAt - dialedAt });
      }
    };
    socket.onclose = ({ code, reason: text }: { readonly code: number; readonly reason: string }) => {
      const isRefused = !answered && code === 1006 && ++failures >= 3;
      closed(code, text, isRefused ? 'origin in ALLOWED_ORIGINS?' : '');
    };
    // `onclose` follows with the details. The `ws` package throws if `error` has no listener.
    socket.onerror = () => undefined;
    after(answerMs, () => {
      scheduleReconnect({ kind: 'timeout', ...(!answered && { hint: '`ws: true` in the dev proxy?' }) });
    });
    logStep('dial');
  }

  function closed(code: number, text: string, hint: string): void {
    const why = { kind: 'closed', code, ...(text && { text }), ...(hint && { hint }) } as const;
    logStep('close', { code, ...(text && { text }), ms: now() - state.since });
    if (!checkIdentity()) return;
    if (code === sessionEnded) end('signed_out', { ...why, kind: 'signed_out' });
    else if (shouldReconnect(code)) scheduleReconnect(why, code === rateLimitAbused ? backoffMaxMs : 0);
    else end('stopped', why);
  }

  function receive(frame: RawFrame): void {
    const { type } = frame;
    if (type === 'reply' || type === 'error') {
      requests.settle(frame);
      return;
    }
    if (type === 'beat') {
      signal(type);
      logStep(type);
    } else if (type === 'lease') {
      logStep(type);
      renew();
    }
    events$.next(frame);
  }

  /** Reconnects if the heartbeat is overdue, even if the socket still appears open. Returns the remaining time in ms. */
  function checkHeartbeat(): number {
    // A clock that was set back must not extend the timeout.
    lastFrameAt = Math.min(lastFrameAt, now());
    const leftMs = lastFrameAt + (welcome?.heartbeatMs ?? 0) + graceMs - now();
    if (leftMs <= 0) scheduleReconnect({ kind: 'timeout' });
    return leftMs;
  }

  function watchHeartbeat(): void {
    const ms = checkHeartbeat();
    if (ms > 0) after(ms, watchHeartbeat);
  }

  /**
   * Schedules the renewal at a random point between 75 and 90 % of the lease, so that clients that connected together do not
   * renew together. If the lease appears to be over, the clocks differ, and the client waits for the server's `lease` frame.
   */
  function scheduleRenewal(lease: number): void {
    const leftMs = lease * 1000 - now();
    if (leftMs > 0) renewIn(Math.max(renewalGapMs, leftMs * (0.75 + 0.15 * random())));
  }

  function renewIn(ms: number): void {
    const renewal = ++renewals;
    after(ms, () => {
      if (renewal === renewals) renew();
    });
  }

  /** Renews the lease with a fresh ticket over the open socket. Retries failures until the server ends the lease. */
  function renew(): void {
    if (renewing) return;
    renewing = true;
    const current = socket;
    const startedAt = now();
    function retryRenewal(_reason?: Reason, waitMs = 0): void {
      renewing = false;
      renewIn(waitMs + 1_000 + random() * backoffMaxMs);
    }
    async function present(ticket: string): Promise<void> {
      try {
        const { lease } = (await requests.send('renew', { ticket })) as { lease: number };
        if (current !== socket || !welcome) return;
        if (!(lease > 0)) throw new TypeError();
        renewing = false;
        welcome = { ...welcome, lease };
        publishState();
        scheduleRenewal(lease);
        logStep('renewed', { ms: now() - startedAt });
      } catch {
        if (current === socket) retryRenewal();
      }
    }
    requestTicket((ticket, waitMs) => {
      after(waitMs, () => void present(ticket));
    }, retryRenewal);
    logStep('renew');
  }

  function onPage(event: PageEvent): void {
    if (event === 'pagehide') scheduleReconnect({ kind: 'hidden' });
    else if (event === 'offline') scheduleReconnect({ kind: event });
    else {
      if (event === 'online') logStep(event);
      // After sleep the connection may be dead, and timers are late.
      if (welcome) checkHeartbeat();
      if (now() >= notBefore) retry();
    }
  }

  /** @throws Disconnected, or RequestFailed `too_long` because the server closes with 1009 for a frame above its limit. */
  function post(frame: object): void {
    if (!checkIdentity() || !welcome) throw new Disconnected();
    const text = JSON.stringify(frame);
    if (new TextEncoder().encode(text).length > welcome.limits.frameBytes) throw new RequestFailed('too_long');
    socket?.send(text);
  }

  function signal(type: string, params?: object): void {
    if (checkIdentity() && welcome) post({ ...params, type });
  }

  return {
    state$,
    welcome$,
    events$,
    log$,
    cleared$,
    get state() {
      return state;
    },
    get welcome() {
      return welcome;
    },
    connect(): void {
      if (!(options.WebSocket ?? (globalThis as Partial<typeof globalThis>).WebSocket))
        throw new Error('no WebSocket: use Node 22 or later, or set the option `WebSocket`');
      checkIdentity();
      if (unwatchPage && state.name !== 'idle') return;
      unwatchPage ??= page.watch(onPage);
      start({ kind: 'start' }, 0);
    },
    recheck,
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
    request: requests.send,
    signal,
    on: (type: string) => events$.pipe(filter((event) => event.type === type)),
    async ping(): Promise<number> {
      const sentAt = performance.now();
      await requests.send('ping', {});
      return performance.now() - sentAt;
    },
    later: after,
  };
}

/** @throws the error of the ticket function, or TypeError if its answer holds no ticket */
async function freshTicket(
  { ticket: get }: TicketSocketOptions,
  signal: AbortSignal,
): Promise<[string, number, Identity | string | undefined]> {
  const { ticket, connectAfterMs, identity } = await get(signal);
  if (typeof ticket !== 'string' || !ticket) throw new TypeError();
  return [ticket, connectAfterMs > 0 ? connectAfterMs : 0, identity];
}
