import { type closeCodes, comesBack, type RawFrame } from '@usher/protocol';
import { BehaviorSubject, Subject } from 'rxjs';
import { fullJitter } from './backoff.ts';
import type { ConnectionState, Reason, StateName, Step } from './connection-state.ts';
import { Disconnected, RequestFailed, TimedOut } from './errors.ts';
import { type TicketSocketOptions, type Timings, usualTimings } from './options.ts';
import { browserPage, type PageEvent, type PageSource } from './page.ts';
import { Renewal } from './renewal.ts';
import { type RequestOptions, Requests } from './requests.ts';
import { TicketCall } from './ticket-call.ts';
import { TicketRefused } from './ticket-refused.ts';
import { Timers } from './timers.ts';
import { isWelcome, type Welcome } from './welcome.ts';
import { Wire } from './wire.ts';

type CodeOf<N> = Extract<(typeof closeCodes)[number], { readonly name: N }>['code'];
const sessionEnded: CodeOf<'session_ended'> = 4501;
const rateLimitAbused: CodeOf<'rate_limit_abused'> = 4029;
const serviceRestart: CodeOf<'service_restart'> = 1012;

/** After a restart a whole crowd asks for tickets: they spread over this time at least. The slots in the answers do the rest. */
const restartSpreadMs = 3_000;
/** A ticket that is so late for its slot (the device slept) is not presented any more. */
const lateMs = 10_000;

/**
 * The one state machine of a connection; it owns every timer and the only socket. `#enter` is the only way out of a state.
 * Subscribers may act in the middle of it, so whoever has more to do after it looks whether the state still is what was entered.
 */
export class Machine {
  readonly timers = new Timers();
  readonly state: BehaviorSubject<ConnectionState>;
  readonly welcome = new BehaviorSubject<Welcome | undefined>(undefined);
  readonly events = new Subject<RawFrame>();
  readonly log = new Subject<Step>();
  /** What is so; `state` and `welcome` tell it. */
  current: ConnectionState;
  greeting: Welcome | undefined;

  readonly #options: TicketSocketOptions;
  readonly #timings: Timings;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #page: PageSource;
  readonly #call: TicketCall;
  readonly #requests = new Requests(this.timers);
  #telling = false;
  /** Set while it is on its way or there: from `start` to `end`. */
  #unwatch: (() => void) | undefined;
  #wire: Wire | undefined;
  #renewal: Renewal | undefined;
  /** When something was last heard, and how long silence is no worry. */
  #heardAt = 0;
  #patienceMs = 0;
  /** The server wants nobody before this time, Unix ms. A person may knock all the same. */
  #notBefore = 0;

  constructor(options: TicketSocketOptions) {
    this.#options = options;
    this.#timings = { ...usualTimings, ...options.timings };
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#page = options.page ?? browserPage;
    this.#call = new TicketCall(options.ticket, this.#timings.ticketMs, this.timers);
    this.current = { name: 'idle', reason: { kind: 'start' }, since: this.#now(), attempt: 0 };
    this.state = new BehaviorSubject(this.current);
  }

  start(): void {
    if (this.#unwatch !== undefined) return;
    this.#unwatch = this.#page.watch((event) => {
      this.#onPage(event);
    });
    this.#ask({ kind: 'start' }, 0);
  }

  end(name: 'signed_out' | 'stopped', reason: Reason): void {
    if (this.current.name === 'signed_out') return;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#enter(name, reason, 0);
  }

  /** Waits before the next try; `waitMs` is what the server wants at least. */
  back(reason: Reason, waitMs = 0): void {
    if (this.#unwatch === undefined) return;
    const { name, since, attempt } = this.current;
    const { stableMs, backoffMinMs, backoffMaxMs } = this.#timings;
    const now = this.#now();
    const tries = name === 'open' && now - since >= stableMs ? 1 : attempt + (name === 'backoff' ? 0 : 1);
    const offline = reason.kind === 'offline' || !this.#page.online();
    const spreadMs = reason.code === serviceRestart ? restartSpreadMs : backoffMinMs;
    this.#notBefore = Math.max(this.#notBefore, now + waitMs);
    // Without a network, or out of sight, an event brings it back; the slow pace is for devices that err.
    const ms =
      offline || reason.kind === 'hidden'
        ? backoffMaxMs
        : this.#notBefore - now + fullJitter(tries, spreadMs, backoffMaxMs, this.#random);
    const state = this.#enter('backoff', offline ? { kind: 'offline' } : reason, tries, now + ms);
    if (this.current !== state) return;
    this.timers.set(ms, () => {
      this.retry();
    });
    this.#note(offline ? 'offline' : 'backoff', { ms });
  }

  /** Asks for a ticket where it waits for the next try. */
  retry(): void {
    const { name, reason, attempt } = this.current;
    // Who tries does not call itself offline: if it still is, the answer will say so.
    if (name === 'backoff') this.#ask(reason.kind === 'offline' ? { kind: 'closed' } : reason, attempt);
  }

  request(type: string, params: object, options?: RequestOptions): Promise<unknown> {
    return this.#requests.send(type, params, { timeoutMs: this.#timings.requestMs, ...options }, (frame) => {
      if (this.greeting === undefined) throw new Disconnected();
      this.signal(frame);
    });
  }

  signal(frame: object): void {
    const { greeting } = this;
    if (greeting !== undefined) this.#wire?.send(frame, greeting.limits.frameBytes);
  }

  /** The only way into a state, and so out of the one before: its timers, its ticket call and, unless it opens, its socket end. */
  #enter(name: StateName, reason: Reason, attempt: number, retryAt?: number, greeting?: Welcome): ConnectionState {
    const since = this.#now();
    const state = retryAt === undefined ? { name, reason, since, attempt } : { name, reason, since, attempt, retryAt };
    this.current = state;
    this.greeting = greeting;
    this.timers.clearAll();
    this.#call.cancel();
    if (greeting === undefined) {
      this.#wire?.hangUp();
      this.#wire = undefined;
      this.#requests.disconnect();
    }
    this.#tell();
    return state;
  }

  /** Tells what is so. Who acts upon it is not told within its own call, so that everybody hears everything in one order. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    while (this.state.value !== this.current || this.welcome.value !== this.greeting) {
      if (this.welcome.value !== this.greeting) this.welcome.next(this.greeting);
      if (this.state.value !== this.current) this.state.next(this.current);
    }
    this.#telling = false;
  }

  #note(step: Step['step'], more?: Omit<Step, 'at' | 'step'>): void {
    this.log.next({ at: this.#now(), step, ...more });
  }

  #ask(reason: Reason, attempt: number): void {
    this.#notBefore = 0;
    const state = this.#enter('ticket', reason, attempt);
    if (this.current !== state) return;
    this.#call.ask(
      (ticket, waitMs) => {
        this.#note('ticket_ok', { ms: this.#now() - state.since });
        if (this.current === state) this.#wait(ticket, waitMs);
      },
      (error) => {
        const judged = this.#judge(error, this.#now() - state.since);
        if (judged !== undefined && this.current === state) this.back(...judged);
      },
    );
    this.#note('ticket');
  }

  /** What a failed ticket call means: the end where it was refused for good; else why, and how long the server wants one to wait. */
  #judge(error: unknown, ms: number): [Reason, number] | undefined {
    if (!(error instanceof TicketRefused)) {
      const kind = error instanceof TimedOut ? 'timeout' : 'unavailable';
      this.#note('refused', error instanceof RequestFailed ? { ms, text: error.code } : { ms });
      return [{ kind }, 0];
    }
    const { code, message: text, terminal, retryAfterMs = 0 } = error;
    this.#note('refused', { ms, code, text });
    if (!terminal) return [{ kind: 'unavailable', code, text }, retryAfterMs > 0 ? retryAfterMs : 0];
    this.end('signed_out', { kind: 'refused', code, text });
    return undefined;
  }

  #wait(ticket: string, ms: number): void {
    const { reason, attempt } = this.current;
    if (ms === 0) {
      this.#dial(ticket, reason, attempt);
      return;
    }
    const slotAt = this.#now() + ms;
    const state = this.#enter('waiting', reason, attempt, slotAt);
    if (this.current !== state) return;
    this.timers.set(ms, () => {
      if (this.#now() - slotAt > lateMs) this.#ask(reason, attempt);
      else this.#dial(ticket, reason, attempt);
    });
    this.#note('waiting', { ms });
  }

  #dial(ticket: string, reason: Reason, attempt: number): void {
    const state = this.#enter('connecting', reason, attempt);
    if (this.current !== state) return;
    const ms = (): number => this.#now() - state.since;
    try {
      this.#wire = new Wire(this.#options, ticket, {
        opened: () => {
          this.#note('open', { ms: ms() });
        },
        heard: (frame) => {
          this.#heardAt = this.#now();
          if (frame !== undefined && this.current !== state) this.#receive(frame);
          else if (frame !== undefined && isWelcome(frame)) this.#open(frame, ms());
        },
        closed: (code, text) => {
          this.#closed(code, text);
        },
      });
    } catch (error) {
      this.end('stopped', { kind: 'closed', text: (error as Error).name });
      return;
    }
    this.timers.set(this.#timings.connectMs, () => {
      this.back({ kind: 'timeout', text: 'no welcome in time' });
    });
    this.#note('dial');
  }

  #open(greeting: Welcome, ms: number): void {
    const { reason, attempt } = this.current;
    const { backoffMinMs, backoffMaxMs, heartbeatGraceMs } = this.#timings;
    const wire = this.#wire;
    this.#patienceMs = greeting.heartbeatMs + heartbeatGraceMs;
    const renewal = (this.#renewal = new Renewal({
      call: this.#call,
      timers: this.timers,
      now: this.#now,
      random: this.#random,
      over: () => this.#wire !== wire,
      begun: () => {
        this.#note('renew');
      },
      present: async (ticket) => ((await this.request('renew', { ticket })) as { lease: number }).lease,
      renewed: (lease, took) => {
        this.greeting = { ...greeting, lease };
        this.#tell();
        this.#note('renewed', { ms: took });
      },
      failed: (error, took, tries) => {
        const judged = this.#judge(error, took);
        return judged && judged[1] + fullJitter(tries, backoffMinMs, backoffMaxMs, this.#random);
      },
    }));
    const state = this.#enter('open', reason, attempt, undefined, greeting);
    if (this.current !== state) return;
    this.#listen();
    renewal.plan(greeting.lease);
    this.#note('welcome', { ms });
  }

  /** The server beats; once it has been silent for too long the connection is dead, whatever the socket believes. */
  #listen(): void {
    const silentMs = this.#now() - this.#heardAt;
    if (silentMs >= this.#patienceMs) {
      this.back({ kind: 'timeout', text: 'no heartbeat' });
      return;
    }
    // A clock that was set back must not make it wait longer.
    this.timers.set(Math.min(this.#patienceMs, this.#patienceMs - silentMs), () => {
      this.#listen();
    });
  }

  #receive(frame: RawFrame): void {
    switch (frame.type) {
      case 'reply':
      case 'error':
        this.#requests.settle(frame);
        return;
      case 'beat':
        this.signal({ type: 'beat' });
        this.#note('beat');
        break;
      case 'lease':
        this.#note('lease');
        this.#renewal?.renew();
        break;
    }
    this.events.next(frame);
  }

  #closed(code: number, text: string): void {
    const why = text ? { code, text } : { code };
    this.#note('close', { ...why, ms: this.#now() - this.current.since });
    if (code === sessionEnded) this.end('signed_out', { kind: 'signed_out', ...why });
    else if (!comesBack(code)) this.end('stopped', { kind: 'closed', ...why });
    else this.back({ kind: 'closed', ...why }, code === rateLimitAbused ? this.#timings.backoffMaxMs : 0);
  }

  #onPage(event: PageEvent): void {
    if (event === 'hide') this.back({ kind: 'hidden' });
    else if (event === 'offline') this.back({ kind: 'offline' });
    else {
      if (event === 'online') this.#note('online');
      if (this.current.name === 'open') this.#probe();
      if (this.#now() >= this.#notBefore) this.retry();
    }
  }

  /** After a sleep, or a change of networks: an open connection may long be dead. */
  #probe(): void {
    const state = this.current;
    if (this.#now() - this.#heardAt >= this.#patienceMs) {
      this.#listen();
      return;
    }
    this.request('ping', {}, { timeoutMs: this.#timings.probeMs }).catch((error: unknown) => {
      if (error instanceof TimedOut && this.current === state) this.back({ kind: 'timeout', text: 'no answer' });
    });
  }
}
