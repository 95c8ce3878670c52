import { type closeCodes, comesBack, parseFrame, type RawFrame } from '@usher/protocol';
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

/** After a restart a whole crowd asks for tickets: they spread over this time at least. The slots in the answers do the rest. */
const restartSpreadMs = 3_000;
/** Renewals are at least so far apart, should this clock and the server's disagree. */
const renewalGapMs = 30_000;

/**
 * The one state machine of a connection, of any protocol. It owns every timer and the only socket; `enter` is the only way out
 * of a state. Subscribers may act in the middle of it, so whoever has more to do after it looks whether it still is so.
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

  /** What is so; the subjects tell it. */
  let state: ConnectionState = { name: 'idle', reason: { kind: 'start' }, since: now(), attempt: 0 };
  let welcome: Welcome | undefined;
  const state$ = new BehaviorSubject(state);
  const welcome$ = new BehaviorSubject(welcome);
  const events$ = new Subject<RawFrame>();
  const log$ = new Subject<Step>();
  const cleared$ = new Subject<void>();
  let telling = false;

  const [timer, clearTimers] = createTimers();
  /** Nothing that was planned for one identity happens under another. */
  const after: After = (ms, run) =>
    timer(ms, () => {
      if (check()) run();
    });
  const requests = createRequests(after, post, answerMs);
  /** Set while it is connected or on its way. */
  let unwatch: (() => void) | undefined;
  let socket: Socket | undefined;
  /** The ticket call under way. */
  let call: AbortController | undefined;
  let renewing = false;
  /** Of the planned renewals only the last counts. */
  let plans = 0;
  /** When something was last heard, Unix ms. */
  let heardAt = 0;
  /** The server wants nobody before this time, Unix ms. A person may knock all the same. */
  let notBefore = 0;

  /** The identity that everything here belongs to: `undefined` for none, `null` while it is not known. */
  let owner: Owner | null | undefined;
  /** Whether the previous identity's data is still to be deleted. */
  let stale = false;
  /** Whether a connection was open since the last sign-out. */
  let wasOpen = false;
  let hinted = false;
  /** Handshakes in a row that failed without an answer. */
  let failures = 0;

  function note(step: Step['step'], more?: Omit<Step, 'at' | 'step'>): void {
    log$.next({ at: now(), step, ...more });
  }

  /** The only way into a state, and so out of the one before: with its timers, its ticket call and, unless it opens, its socket. */
  function enter(name: StateName, reason: Reason, attempt: number, retryAt?: number, hello?: Welcome): boolean {
    const entered = { name, reason, since: now(), attempt, ...(retryAt && { retryAt }) };
    state = entered;
    welcome = hello;
    clearTimers();
    call?.abort();
    call = undefined;
    renewing = false;
    if (!hello) hangUp();
    if (name === 'signed_out') {
      owner = undefined;
      wasOpen = false;
      stale = true;
    }
    clear();
    tell();
    return state === entered;
  }

  function hangUp(): void {
    welcome = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
    socket = undefined;
    requests.disconnect();
  }

  function clear(): void {
    if (!stale) return;
    stale = false;
    cleared$.next();
  }

  /**
   * Compares who is signed in with the owner. After a change it closes, clears and starts again, and returns `false`: the caller's
   * work belonged to the previous identity and must not go on.
   *
   * @param answered the identity of a ticket, which counts while `who` does not know
   */
  function check(answered?: Identity | string): boolean {
    let found: Owner | null | undefined;
    try {
      found = ownerOf(who());
    } catch {
      // Not knowing who is signed in must not keep the previous identity's connection.
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
    stale = true;
    hangUp();
    if (!unwatch) clear();
    else if (found) start({ kind: 'identity' }, 0);
    else end('signed_out', { kind: 'identity' });
    return false;
  }

  /** Whether the owner is known to be another user. */
  function isOther(user: string | undefined): boolean {
    return user !== undefined && owner?.user !== undefined && owner.user !== user;
  }

  /** Connects for the user who has signed in meanwhile. */
  function resume(): void {
    if (check() && owner && unwatch && state.name === 'idle') start({ kind: 'start' }, 0);
  }

  /** Who acts upon what is told is not told more within their own call, so that everybody hears everything in one order. */
  function tell(): void {
    if (telling) return;
    telling = true;
    while (state$.value !== state || welcome$.value !== welcome) {
      if (welcome$.value !== welcome) welcome$.next(welcome);
      if (state$.value !== state) state$.next(state);
    }
    telling = false;
  }

  function end(name: 'signed_out' | 'stopped', reason: Reason): void {
    if (state.name === 'signed_out') return;
    unwatch?.();
    unwatch = undefined;
    enter(name, reason, 0);
  }

  /** Waits before the next try; `waitMs` is what the server wants at least. */
  function back(reason: Reason, waitMs = 0): void {
    if (!check() || !unwatch || state.name === 'idle') return;
    const { name, since, attempt } = state;
    const at = now();
    const tries = name === 'open' && at - since >= stableMs ? 1 : attempt + (name === 'backoff' ? 0 : 1);
    const offline = reason.kind === 'offline' || !page.online();
    notBefore = Math.max(notBefore, at + waitMs);
    // Without a network, or out of sight, an event brings it back; the slow pace is for devices that err.
    const ms =
      offline || reason.kind === 'hidden'
        ? backoffMaxMs
        : notBefore -
          at +
          fullJitter(tries, reason.code === serviceRestart ? restartSpreadMs : backoffMinMs, backoffMaxMs, random);
    if (!enter('backoff', offline ? { kind: 'offline' } : reason, tries, at + ms)) return;
    after(ms, retry);
    note(offline ? 'offline' : 'backoff', { ms });
  }

  function retry(): void {
    const { name, reason, attempt } = state;
    // Who tries does not call itself offline: if it still is, the answer will say so.
    if (name === 'backoff') start(reason.kind === 'offline' ? { kind: 'closed' } : reason, attempt);
    else if (name === 'idle' && unwatch) start({ kind: 'start' }, 0);
  }

  function start(reason: Reason, attempt: number): void {
    if (!check()) return;
    notBefore = 0;
    if (owner === undefined) {
      enter('idle', { kind: 'sign_in' }, 0);
      return;
    }
    if (!enter('ticket', reason, attempt) || !check()) return;
    ask((ticket, ms) => {
      const slotAt = now() + ms;
      if (!ms) dial(ticket, reason, attempt);
      else if (enter('waiting', reason, attempt, slotAt)) {
        after(ms, () => {
          dial(ticket, reason, attempt);
        });
        note('waiting', { ms });
      }
    }, back);
    note('ticket');
    if (hinted || options.who || owner?.user) return;
    hinted = true;
    note('hint', { text: 'set `who`: the token names no user' });
  }

  /**
   * Asks for a ticket and calls one of the two, once. Neither where the state is left meanwhile: what comes too late opens
   * nothing. A refusal for good ends it all instead.
   */
  function ask(got: (ticket: string, waitMs: number) => void, failed: (reason: Reason, waitMs: number) => void): void {
    const mine = (call = new AbortController());
    const asked = now();
    function settle(
      then: () => void,
      step: Step['step'],
      more?: Omit<Step, 'at' | 'step'>,
      identity?: Identity | string,
    ): void {
      if (call === mine) note(step, { ms: now() - asked, ...more });
      if (call !== mine || !check(identity)) return;
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
      mine.abort();
      fail(new TimedOut());
    });
    freshTicket(options, mine.signal).then(([ticket, waitMs, identity]) => {
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
    if (!enter('connecting', reason, attempt) || !check()) return;
    const dialled = now();
    let answered = false;
    try {
      const address = typeof url === 'function' ? url() : url;
      const query = `${address.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(ticket)}`;
      socket = new (options.WebSocket ?? globalThis.WebSocket)(address + query, protocol);
    } catch (error) {
      // Its message would show the URL, and in it the ticket.
      end('stopped', { kind: 'closed', text: (error as Error).name });
      return;
    }
    socket.onopen = () => {
      answered = true;
      failures = 0;
      note('open', { ms: now() - dialled });
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      heardAt = now();
      const frame = parseFrame(data);
      if (!frame || !check()) return;
      if (welcome) receive(frame);
      else if (isWelcome(frame) && isOther(frame.user)) {
        end('stopped', { kind: 'identity', text: 'the welcome names another user than the token' });
      } else if (isWelcome(frame) && enter('open', reason, attempt, 0, frame)) {
        wasOpen = true;
        listen();
        plan(frame.lease);
        note('welcome', { ms: heardAt - dialled });
      }
    };
    socket.onclose = ({ code, reason: text }: { readonly code: number; readonly reason: string }) => {
      const isRefused = !answered && code === 1006 && ++failures >= 3;
      closed(code, text, isRefused ? 'origin in ALLOWED_ORIGINS?' : '');
    };
    // What there is to know comes with `onclose`. The `ws` package throws where nobody listens.
    socket.onerror = () => undefined;
    after(answerMs, () => {
      back({ kind: 'timeout', ...(!answered && { hint: '`ws: true` in the dev proxy?' }) });
    });
    note('dial');
  }

  function closed(code: number, text: string, hint: string): void {
    const why = { kind: 'closed', code, ...(text && { text }), ...(hint && { hint }) } as const;
    note('close', { code, ...(text && { text }), ms: now() - state.since });
    if (!check()) return;
    if (code === sessionEnded) end('signed_out', { ...why, kind: 'signed_out' });
    else if (comesBack(code)) back(why, code === rateLimitAbused ? backoffMaxMs : 0);
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
      note(type);
    } else if (type === 'lease') {
      note(type);
      renew();
    }
    events$.next(frame);
  }

  /** The server beats: silent for too long the connection is dead, whatever the socket believes. Returns how long it may be. */
  function patience(): number {
    // A clock that was set back must not make it longer.
    heardAt = Math.min(heardAt, now());
    const leftMs = heardAt + (welcome?.heartbeatMs ?? 0) + graceMs - now();
    if (leftMs <= 0) back({ kind: 'timeout' });
    return leftMs;
  }

  function listen(): void {
    const ms = patience();
    if (ms > 0) after(ms, listen);
  }

  /**
   * Plans to renew the lease anywhere between 75 and 90 % of the way to its end, so that those who came together do not renew
   * together. Where this clock says that it is over, the clock is wrong: the server's `lease` frame will say when.
   */
  function plan(lease: number): void {
    const leftMs = lease * 1000 - now();
    if (leftMs > 0) renewIn(Math.max(renewalGapMs, leftMs * (0.75 + 0.15 * random())));
  }

  function renewIn(ms: number): void {
    const mine = ++plans;
    after(ms, () => {
      if (mine === plans) renew();
    });
  }

  /** Presents a fresh ticket over the open socket. What fails is tried again, until the server ends the lease. */
  function renew(): void {
    if (renewing) return;
    renewing = true;
    const mine = socket;
    const begun = now();
    function again(_reason?: Reason, waitMs = 0): void {
      renewing = false;
      renewIn(waitMs + 1_000 + random() * backoffMaxMs);
    }
    async function present(ticket: string): Promise<void> {
      try {
        const { lease } = (await requests.send('renew', { ticket })) as { lease: number };
        if (mine !== socket || !welcome) return;
        if (!(lease > 0)) throw new TypeError();
        renewing = false;
        welcome = { ...welcome, lease };
        tell();
        plan(lease);
        note('renewed', { ms: now() - begun });
      } catch {
        if (mine === socket) again();
      }
    }
    ask((ticket, waitMs) => {
      after(waitMs, () => void present(ticket));
    }, again);
    note('renew');
  }

  function onPage(event: PageEvent): void {
    if (event === 'pagehide') back({ kind: 'hidden' });
    else if (event === 'offline') back({ kind: event });
    else {
      if (event === 'online') note(event);
      // After a sleep an open connection may long be dead, and timers are late.
      if (welcome) patience();
      if (now() >= notBefore) retry();
    }
  }

  /** @throws Disconnected, or RequestFailed `too_long`: the server would close for a frame above its limit (1009). */
  function post(frame: object): void {
    if (!check() || !welcome) throw new Disconnected();
    const text = JSON.stringify(frame);
    if (new TextEncoder().encode(text).length > welcome.limits.frameBytes) throw new RequestFailed('too_long');
    socket?.send(text);
  }

  function signal(type: string, params?: object): void {
    if (check() && welcome) post({ ...params, type });
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
      check();
      if (unwatch && state.name !== 'idle') return;
      unwatch ??= page.watch(onPage);
      start({ kind: 'start' }, 0);
    },
    recheck: resume,
    stop(): void {
      check();
      end('stopped', { kind: 'asked' });
    },
    signOut(text?: string): void {
      end('signed_out', { kind: 'asked', ...(text && { text }) });
    },
    retryNow: retry,
    drop(): void {
      back({ kind: 'asked' });
    },
    request: requests.send,
    signal,
    on: (type: string) => events$.pipe(filter((event) => event.type === type)),
    async ping(): Promise<number> {
      const asked = performance.now();
      await requests.send('ping', {});
      return performance.now() - asked;
    },
    later: after,
  };
}

/** @throws whatever the ticket function throws, at once or later, and where what it gives is no ticket */
async function freshTicket(
  { ticket: get }: TicketSocketOptions,
  signal: AbortSignal,
): Promise<[string, number, Identity | string | undefined]> {
  const { ticket, connectAfterMs, identity } = await get(signal);
  if (typeof ticket !== 'string' || !ticket) throw new TypeError();
  return [ticket, connectAfterMs > 0 ? connectAfterMs : 0, identity];
}
