import type { TokenAnswer } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import { browserPage } from '../page.ts';
import { uuid } from '../uuid.ts';
import { type AccessToken, leftMs, personOf, received } from './access-token.ts';
import { createAlone } from './alone.ts';
import { createMarkerStore, isPerson, type Marker } from './marker.ts';
import { SessionOver } from './session-errors.ts';
import type { Person, SessionKeeper, SessionKeeperOptions, SessionState } from './session-types.ts';
import { browserTabs } from './tabs.ts';
import { within } from './within.ts';

/**
 * Who had to wait for another tab gives the token that it got so long to arrive, however busy the device is. Only where that tab
 * got none does anybody wait for nothing.
 */
const arrivalMs = 1_000;
/** Of so many tokens it is known that they were this session's: those of calls that may still be under way. */
const mostKnown = 8;

/**
 * Begins with what the last page and the other tabs have left: where there is somebody, they are signed in at once, and their
 * token is got when it is asked for.
 */
export function createSessionKeeper(options: SessionKeeperOptions): SessionKeeper {
  const { server, name = 'usher.session', marginMs = 30_000, answerMs = 30_000, now = Date.now } = options;
  const { tabs = browserTabs(), page = browserPage } = options;
  const marker = createMarkerStore(name, tabs);
  const alone = createAlone(name, tabs.locks, answerMs);
  const channel = tabs.channel?.(name);

  /** What is so; the subject tells it. Another object is another turn: what was under way in the one before comes too late. */
  let state = stateOf(marker.read());
  const state$ = new BehaviorSubject(state);
  const toTell: SessionState[] = [];
  let held: AccessToken | undefined;
  /** The last tokens of this turn, the newest first. */
  let known: string[] = [];
  /** The refresh of this turn that is under way. */
  let flight: Promise<void> | undefined;
  /** Told of a token that comes from another tab. */
  let arrived: (() => void) | undefined;

  /** The only way into a state, and so out of the one before, with all that belonged to it. */
  function enter(entered: SessionState, token?: AccessToken): void {
    state = entered;
    held = flight = undefined;
    known = [];
    if (token) hold(token);
    // Who acts upon what is told is told the rest after it, so that everybody hears everything in one order.
    if (toTell.push(entered) > 1) return;
    for (let next = toTell[0]; next; next = toTell[0]) {
      state$.next(next);
      toTell.shift();
    }
  }

  function hold(token: AccessToken): void {
    held = token;
    known = [token.token, ...known].slice(0, mostKnown);
  }

  /** Whether what is held is good for a while. */
  function isGood(): boolean {
    return held !== undefined && leftMs(held, now()) > Math.min(marginMs, held.lifeMs / 3);
  }

  function isMine(found: Marker): boolean {
    return (
      state.name === 'signed_in' && isPerson(found) && found.session === state.session && found.user === state.user
    );
  }

  /** Follows what another tab did. Its event may be late, or may have come while this page was frozen. */
  function look(): void {
    const found = marker.read();
    if (isMine(found)) return;
    if (isPerson(found)) {
      if (state.name === 'signed_in') enter({ name: 'signed_out', reason: 'replaced' });
      if (state.name === 'signed_out') enter(stateOf(found));
    } else if (state.name === 'signed_in') {
      enter(stateOf(found, 'signed_out_elsewhere'));
    }
  }

  function end(reason: string): void {
    if (state.name === 'signed_out') return;
    if (isMine(marker.read())) marker.write({ ended: reason });
    enter({ name: 'signed_out', reason });
  }

  async function fresh(): Promise<string | undefined> {
    look();
    const mine = state;
    if (state.name === 'signed_out') return undefined;
    if (!isGood()) {
      try {
        await (flight ??= refresh(mine));
      } catch (error) {
        // Near its end is not over yet.
        if (mine === state && !(held && leftMs(held, now()) > 0)) throw error;
      }
    }
    // Never the token of somebody else, who was not asked for.
    return mine === state ? held?.token : undefined;
  }

  /** Gets a token for this turn, be it from another tab. Rejects where there is none to be had now. */
  async function refresh(mine: SessionState): Promise<void> {
    try {
      await alone(async (waited) => {
        if (waited && !isGood()) await arrival();
        look();
        if (mine !== state || isGood()) return;
        const answer = await within(answerMs, (signal) => server.refresh(signal));
        if (mine === state) adopt(answer);
      });
    } catch (error) {
      if (mine !== state) return;
      if (!(error instanceof SessionOver)) throw error;
      end(error.reason);
    } finally {
      if (mine === state) flight = undefined;
    }
  }

  /** Takes what a refresh gave, unless the cookie of this browser is somebody else's by now. */
  function adopt(answer: TokenAnswer): void {
    const token = received(answer, now());
    if (!isMine({ ...state, ...personOf(token.token) } as Marker)) {
      end('signed_out_elsewhere');
      return;
    }
    hold(token);
    share();
  }

  /** Gives the token to the other tabs. */
  function share(): void {
    channel?.postMessage({ ...held, ...state });
  }

  function take(message: unknown): void {
    look();
    const { user, session, token, at, lifeMs } = (message ?? {}) as Partial<Record<string, unknown>>;
    if (typeof token !== 'string' || typeof at !== 'number' || typeof lifeMs !== 'number') return;
    if (!isMine({ user, session } as Person) || known.includes(token) || (held && held.at > at)) return;
    hold({ token, at, lifeMs });
    arrived?.();
  }

  /** Resolves when a token has come from another tab, and when none has. */
  function arrival(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, arrivalMs);
      arrived = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function isUntold(): boolean {
    const found = marker.read();
    return found !== undefined && 'untold' in found;
  }

  /** Tells the server of a sign-out, unless it knows. To be called alone: the cookie must not become another's meanwhile. */
  async function tell(token?: string): Promise<void> {
    if (!isUntold()) return;
    await within(answerMs, (signal) => server.end(token, signal));
    if (isUntold()) marker.write(undefined);
  }

  async function settle(token?: string): Promise<boolean> {
    // What fails is tried again whenever the page wakes.
    await alone(() => tell(token)).catch(() => undefined);
    return !isUntold();
  }

  function wake(): void {
    look();
    if (isUntold()) void settle();
  }

  if (channel) {
    channel.onmessage = ({ data }) => {
      take(data);
    };
  }
  const unwatchTabs = tabs.watch?.((key) => {
    if (key === name || key === null) look();
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
    token: () => held?.token,
    who: () => (state.name === 'signed_in' ? state : undefined),
    fresh,
    async renew(rejected) {
      look();
      if (!known.includes(rejected)) return undefined;
      if (held?.token === rejected) held = undefined;
      return fresh();
    },
    signIn: (ask) =>
      alone(async () => {
        await tell().catch(() => undefined);
        const answer = await ask();
        const token = received(answer, now());
        const { user, session = uuid() } = { ...answer, ...personOf(token.token) };
        if (!user) throw new TypeError('the answer does not say who has signed in');
        marker.write({ user, session });
        if (state.name === 'signed_in') enter({ name: 'signed_out', reason: 'replaced' });
        enter({ name: 'signed_in', user, session }, token);
        share();
      }),
    async signOut() {
      const mine = state;
      look();
      const token = isGood() ? held?.token : undefined;
      // Who has signed in elsewhere meanwhile is not who leaves here.
      if (mine === state && state.name === 'signed_in') {
        marker.write({ untold: true });
        enter({ name: 'signed_out', reason: 'signed_out' });
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

function stateOf(found: Marker, otherwise?: string): SessionState {
  if (isPerson(found)) return { name: 'signed_in', user: found.user, session: found.session };
  const reason = found && 'ended' in found ? found.ended : otherwise;
  return { name: 'signed_out', ...(reason && { reason }) };
}
