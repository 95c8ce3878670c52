import { HttpClient } from '@angular/common/http';
import { DOCUMENT, DestroyRef, Service, computed, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import { type SessionState, createSessionKeeper, sessionByCookie } from '@usher/client/session';
import type { TokenAnswer } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { type EndReason, endReasonOf } from './end-reason.ts';
import { safeReturn } from './return-url.ts';
import { keepsTyped, wipeTyped } from './typed.ts';

/** Whoever left by hand does not mean to go on where they were. */
const byHand: readonly (string | undefined)[] = [
  'signed_out',
  'signed_out_elsewhere',
  'everywhere',
  'everywhere_untold',
];

/**
 * Who is signed in on this browser. Whatever is known about rooms, drafts and the socket belongs to the signed-in part of the
 * app and is destroyed with it, so the next person finds nothing.
 */
@Service()
export class Session {
  private readonly http = inject(HttpClient);
  private readonly router = inject(Router);
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly keeper = createSessionKeeper({ server: sessionByCookie({ url: '/api/auth' }) });
  private readonly current = signal(this.keeper.state);
  /** What is to be said of this end instead of the reason that it has. */
  private readonly said = signal<EndReason | undefined>(undefined);
  /** Whose page this is: the state in which it was opened, or entered after a sign-in. */
  private entered = this.keeper.state;
  /** The ways to the sign-in page and from there, one after the other. */
  private way: Promise<unknown> = Promise.resolve();

  /** Another object with each sign-in and each end. */
  readonly state = this.current.asReadonly();
  readonly user = computed(() => {
    const state = this.current();
    return state.name === 'signed_in' ? state.user : undefined;
  });
  /** Why the last one is not signed in any more, for the sign-in page. */
  readonly endReason = computed<EndReason | undefined>(() => {
    const state = this.current();
    if (state.name === 'signed_in' || state.reason === undefined) return undefined;
    return this.said() ?? endReasonOf(state.reason);
  });

  /** The access token, for the Authorization header and nothing else; in memory and nowhere else. */
  readonly token = () => (this.isOurs() ? this.keeper.token() : undefined);
  /** One that is good for a while. Rejects where there is none to be had now. */
  readonly fresh = async () => (this.isOurs() ? this.keeper.fresh() : undefined);
  /** Another one than the one that the server did not take. */
  readonly renew = async (rejected: string) => (this.isOurs() ? this.keeper.renew(rejected) : undefined);

  private readonly watching = this.keeper.state$.subscribe((state) => {
    if (state !== this.current()) this.follow(state);
  });

  constructor() {
    this.wipe(this.current());
    inject(DestroyRef).onDestroy(() => {
      this.watching.unsubscribe();
      this.keeper.stop();
    });
  }

  /** @throws HttpErrorResponse when the server says no or cannot be reached. */
  async signIn(user: string, pwd: string): Promise<void> {
    await this.keeper.signIn(() => firstValueFrom(this.http.post<TokenAnswer>('/api/auth', { user, pwd })));
    await this.way;
  }

  /** Makes the account and signs in with it. @throws HttpErrorResponse as `signIn` does. */
  async createAccount(user: string, pwd: string): Promise<void> {
    await firstValueFrom(this.http.post('/api/users', { user, pwd }));
    await this.signIn(user, pwd);
  }

  /** Ends the session here at once, and on the server as soon as it can be reached. */
  async signOut(): Promise<void> {
    const told = this.keeper.signOut();
    const { state } = this.keeper;
    if (!(await told) && state === this.keeper.state) this.said.set('signed_out_untold');
  }

  /** The server says that the session of this page is over: leads to the sign-in page, which says why. */
  end(reason: EndReason): void {
    if (this.isOurs()) this.keeper.end(reason);
  }

  /** All sessions of this person are over, as they asked. It says so whatever the socket, which may hear of it first, made of it. */
  endedEverywhere(reason: 'everywhere' | 'everywhere_untold'): void {
    this.end(reason);
    if (this.keeper.state.name !== 'signed_out') return;
    this.said.set(reason);
    this.go(() => this.leave(reason));
  }

  /** Whether who is signed in is who this page is shown to: somebody else may be by now, and be shown nothing yet. */
  private isOurs(): boolean {
    return this.entered === this.keeper.state;
  }

  private follow(state: SessionState): void {
    this.current.set(state);
    this.said.set(undefined);
    this.wipe(state);
    if (state.name === 'signed_in') {
      this.go(() => this.enter(state));
    } else if (state.reason === 'replaced') {
      // Another session under this page: nothing of the first may remain.
      this.watching.unsubscribe();
      this.window?.location.reload();
    } else {
      this.go(() => this.leave(state.reason));
    }
  }

  /** What belonged to the one before is destroyed before the next one enters. */
  private go(step: () => Promise<unknown>): void {
    this.way = this.way.then(step, step);
  }

  private async enter(state: SessionState): Promise<void> {
    if (state !== this.keeper.state) return;
    this.entered = state;
    const { queryParams } = this.router.parseUrl(this.router.url);
    await this.router.navigateByUrl(safeReturn(queryParams['return']));
  }

  private leave(reason: string | undefined): Promise<unknown> {
    const here = this.router.url;
    const queryParams = byHand.includes(reason) || here === '/' ? {} : { return: here };
    return this.router.navigate(['/sign-in'], { queryParams });
  }

  /** Forgets what was typed where nobody is signed in whose it may be. */
  private wipe(state: SessionState): void {
    if (state.name === 'signed_out' && !keepsTyped(state.reason)) wipeTyped(this.window);
  }
}
