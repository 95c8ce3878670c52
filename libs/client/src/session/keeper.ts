import type { TokenResponse } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import { SessionEnded } from '../socket/errors.ts';
import { browserPage } from '../socket/page.ts';
import { now, startTimer, withTimeout } from '../socket/timing.ts';
import { type AccessToken, createTokenHolder, identityClaims, received } from './access-token.ts';
import { createMarkerStore, type Marker } from './marker.ts';
import type { SessionIdentity, SessionKeeper, SessionKeeperOptions, SessionState } from './session-types.ts';
import { browserTabs, createExclusive } from './tabs.ts';

/**
 * Creates a session keeper. It starts with the session that the previous page or another tab stored. It requests the token of that
 * session at the first call of `fresh()`.
 */
export function createSessionKeeper(options: SessionKeeperOptions): SessionKeeper {
  const { server, name = 'usher.session', marginMs = 30_000, timeoutMs = 30_000 } = options;
  const { tabs = browserTabs(), page = browserPage } = options;
  const marker = createMarkerStore(name, tabs);
  const exclusive = createExclusive(name, tabs.locks, timeoutMs);
  const channel = tabs.channel?.(name);

  /** The current state. Every transition creates a new object, and results that belong to an earlier object are ignored. */
  let state = stateOf(marker.read());
  const state$ = new BehaviorSubject(state);
  const unpublished: SessionState[] = [];
  /** The pending refresh of this state. */
  let refreshing: Promise<void> | undefined;
  const tokens = createTokenHolder(marginMs, channel, (identity) => {
    sync();
    return isCurrent(identity);
  });

  /** Enters a state and discards the tokens and the pending refresh of the previous one. */
  function enter(entered: SessionState, token?: AccessToken): void {
    state = entered;
    refreshing = undefined;
    tokens.clear();
    if (token) tokens.hold(token, entered);
    // States entered inside a subscriber are published after it returns, so that all subscribers see one order.
    if (unpublished.push(entered) > 1) return;
    for (let next = unpublished[0]; next; next = unpublished[0]) {
      state$.next(next);
      unpublished.shift();
    }
  }

  /** Leaves `signed_in`. */
  function leave(reason: string): void {
    if (state.name === 'signed_in') enter({ name: 'signed_out', reason });
  }

  function isCurrent(found: Partial<Record<keyof SessionIdentity, unknown>> | undefined): boolean {
    return state.name === 'signed_in' && found?.session === state.session && found.user === state.user;
  }

  /** Reads the stored session and follows another tab. Its event may be late, or lost while this page was frozen. */
  function sync(): void {
    const found = marker.read();
    if (isCurrent(found)) return;
    leave(found?.user ? 'replaced' : (found?.ended ?? 'signed_out_elsewhere'));
    if (found?.user && state.name === 'signed_out') enter(stateOf(found));
  }

  function end(reason: string): void {
    if (isCurrent(marker.read())) marker.write({ ended: reason });
    leave(reason);
  }

  async function fresh(): Promise<string | undefined> {
    sync();
    const expected = state;
    if (state.name === 'signed_in' && !tokens.isFresh()) {
      try {
        await (refreshing ??= refresh(expected));
      } catch (error) {
        // A token that is about to expire is still valid.
        if (expected === state && !tokens.isValid()) throw error;
      }
    }
    // The session may have changed. Do not return the token of another user.
    return expected === state ? tokens.token() : undefined;
  }

  /** Obtains a token for this state, from the server or from another tab. Rejects if neither has one now. */
  async function refresh(expected: SessionState): Promise<void> {
    try {
      await exclusive(async (waited) => {
        if (waited && !tokens.isFresh()) await tokens.shared();
        sync();
        if (expected !== state || tokens.isFresh()) return;
        const response = await withTimeout(startTimer, timeoutMs, (signal) => server.refresh(signal));
        if (expected === state) adopt(response);
      });
    } catch (error) {
      if (expected !== state) return;
      if (!(error instanceof SessionEnded)) throw error;
      end(error.reason);
    } finally {
      if (expected === state) refreshing = undefined;
    }
  }

  /** Stores the token of a refresh, or signs out if the cookie now belongs to another user. */
  function adopt(response: TokenResponse): void {
    const token = received(response, now());
    if (isCurrent({ ...state, ...identityClaims(token.token) })) tokens.hold(token, state);
    else end('signed_out_elsewhere');
  }

  function isEndPending(): boolean {
    return marker.read()?.signOutPending === true;
  }

  /** Ends the session on the server if that is pending. Call it exclusively: the cookie must not change meanwhile. */
  async function endPending(token?: string): Promise<void> {
    if (!isEndPending()) return;
    await withTimeout(startTimer, timeoutMs, (signal) => server.end(token, signal));
    if (isEndPending()) marker.write(undefined);
  }

  async function settle(token?: string): Promise<boolean> {
    // A failure is retried when the page becomes active again.
    await exclusive(() => endPending(token)).catch(() => undefined);
    return !isEndPending();
  }

  function wake(): void {
    sync();
    if (isEndPending()) void settle();
  }

  const unwatchTabs = tabs.watch?.((key) => {
    if (key === name || key === null) sync();
  });
  const unwatchPage = page.watch((event) => {
    if (event !== 'pagehide' && event !== 'offline') wake();
  });
  wake();

  return {
    state$,
    get state() {
      return state;
    },
    token: tokens.token,
    who: () => (state.name === 'signed_in' ? state : undefined),
    fresh,
    async renew(rejected) {
      sync();
      return tokens.discard(rejected) ? fresh() : undefined;
    },
    signIn: (request) =>
      exclusive(async () => {
        await endPending().catch(() => undefined);
        const response = await request();
        const token = received(response, now());
        const { user, session = randomId() } = { ...response, ...identityClaims(token.token) };
        if (!user) throw new TypeError('the sign-in response names no user');
        marker.write({ user, session });
        leave('replaced');
        enter({ name: 'signed_in', user, session }, token);
      }),
    async signOut() {
      const expected = state;
      sync();
      const token = tokens.isFresh() ? tokens.token() : undefined;
      // A session that another tab has started meanwhile must not be ended.
      if (expected === state && state.name === 'signed_in') {
        marker.write({ signOutPending: true });
        leave('signed_out');
      }
      return settle(token);
    },
    end,
    stop() {
      unwatchTabs?.();
      unwatchPage();
      channel?.close();
    },
  };
}

function stateOf(found: Marker): SessionState {
  if (found?.user) return { name: 'signed_in', ...found };
  return { name: 'signed_out', ...(found?.ended && { reason: found.ended }) };
}

/** Returns 128 random bits as text. `crypto.randomUUID` is missing on pages that are loaded over http. */
function randomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
