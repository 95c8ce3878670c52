import type { RawFrame } from '@usher/protocol';
import { BehaviorSubject, Subject, Subscription } from 'rxjs';
import type { ConnectionState, StateName, Step, Welcome } from './connection-state.ts';
import { type After, now, startTimer } from './timing.ts';

/** The current state of a connection, and what it publishes. */
export class CurrentState {
  /** `state` and `welcome` are ahead of their subjects while a transition is published. */
  state: ConnectionState = { name: 'idle', reason: { kind: 'start' }, since: now(), attempt: 0 };
  welcome: Welcome | undefined;
  /** The receipt of the last ticket call. */
  receipt: string | undefined;
  /** Handles a request of the server. `handleRequest` replaces it, with the handlers by the name of their request. */
  declare onRequest: (frame: RawFrame) => void | Promise<void>;
  declare requestHandlers?: Map<string, (params: never) => unknown>;
  readonly state$ = new BehaviorSubject(this.state);
  readonly welcome$ = new BehaviorSubject<Welcome | undefined>(undefined);
  readonly events$ = new Subject<RawFrame>();
  readonly log$ = new Subject<Step>();
  readonly cleared$ = new Subject<void>();
}

/**
 * Creates the functions that change the state of a connection, with the timers that belong to the state.
 *
 * @param current holds and publishes the state
 * @param onEnter called when a state is entered, before it is published
 * @param mayRun called before the callback of a timer; if it returns `false`, the callback does not run
 */
export function createStates(current: CurrentState, onEnter: (name: StateName) => void, mayRun: () => boolean) {
  const { state$, welcome$, log$ } = current;
  /** Holds the timers and calls of the current state. Closed when the state ends. */
  let lifetime = new Subscription();
  let publishing = false;

  /** Publishes the state and the welcome. Calls from inside a subscriber return at once, so that all subscribers see one order. */
  function publish(): void {
    if (publishing) return;
    publishing = true;
    while (state$.value !== current.state || welcome$.value !== current.welcome) {
      if (welcome$.value !== current.welcome) welcome$.next(current.welcome);
      if (state$.value !== current.state) state$.next(current.state);
    }
    publishing = false;
  }

  /** Starts a timer that ends with the current state. */
  const after: After = (ms, run) => {
    const timer = startTimer(ms, () => {
      if (mayRun()) run();
    });
    lifetime.add(timer);
    return timer;
  };

  /** Returns the subscription that is closed when the current state ends. */
  function getLifetime(): Subscription {
    return lifetime;
  }

  /**
   * Leaves the current state and enters another. Ends the timers and calls of the state that it leaves. The reason and the attempt
   * stay the same, unless they are part of the change.
   *
   * @param opened the server's `welcome`, if the connection opens
   * @returns `false` if a subscriber has changed the state again
   */
  function enter(name: StateName, change?: Partial<ConnectionState>, opened?: Welcome): boolean {
    const { reason, attempt } = current.state;
    const entered = { name, reason, attempt, since: now(), receipt: current.receipt, ...change };
    const left = lifetime;
    current.state = entered;
    current.welcome = opened;
    lifetime = new Subscription();
    left.unsubscribe();
    onEnter(name);
    publish();
    return current.state === entered;
  }

  /** Changes the lease in the `welcome` while the connection is open. */
  function setLease(lease: number): void {
    if (current.welcome) current.welcome = { ...current.welcome, lease };
    publish();
  }

  function logStep(step: Step['step'], more?: Omit<Step, 'at' | 'step'>): void {
    log$.next({ at: now(), step, ...more });
  }

  return [after, enter, getLifetime, logStep, setLease] as const;
}
