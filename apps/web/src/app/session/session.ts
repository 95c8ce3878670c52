import { HttpClient } from '@angular/common/http';
import { DOCUMENT, DestroyRef, Service, computed, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import { type SessionState, createSessionKeeper, sessionByCookie } from '@usher/client/session';
import type { TokenResponse } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { type EndReason, endReasonOf } from './end-reason.ts';
import { safeReturn } from './sign-in-input.ts';
import { deleteKeptRoom } from '../storage/kept-room.ts';
import { keepsUnsentData, deleteUnsentData } from '../storage/unsent-data.ts';

/** Reasons for which the user ended the session. The sign-in page then does not return to the previous page. */
const voluntary: readonly (string | undefined)[] = [
  'signed_out',
  'signed_out_elsewhere',
  'everywhere',
  'everywhere_unconfirmed',
];

/**
 * The session of this browser. Rooms, drafts and the socket belong to the signed-in part of the app and are destroyed with it, so that
 * they are not available to the next user.
 */
@Service()
export class Session {
  private readonly http = inject(HttpClient);
  private readonly router = inject(Router);
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly keeper = createSessionKeeper({ server: sessionByCookie({ url: '/api/auth' }) });
  private readonly current = signal(this.keeper.state);
  /** A reason that replaces the one from the keeper. */
  private readonly reported = signal<EndReason | undefined>(undefined);
  /** The state for which this page was opened, or that was entered after a sign-in. */
  private entered = this.keeper.state;
  /** Navigations to and from the sign-in page, one after the other. */
  private navigations: Promise<unknown> = Promise.resolve();

  /** A new object for each sign-in and each end. */
  readonly state = this.current.asReadonly();
  readonly user = computed(() => {
    const state = this.current();
    return state.name === 'signed_in' ? state.user : undefined;
  });
  /** Why the last session ended, for the sign-in page. */
  readonly endReason = computed<EndReason | undefined>(() => {
    const state = this.current();
    if (state.name === 'signed_in' || state.reason === undefined) return undefined;
    return this.reported() ?? endReasonOf(state.reason);
  });

  /** The access token for the Authorization header. It is kept in memory only. */
  readonly token = () => (this.isOurs() ? this.keeper.token() : undefined);
  /** Returns a token that is valid for a while. Rejects if none can be obtained. */
  readonly fresh = async () => (this.isOurs() ? this.keeper.fresh() : undefined);
  /** Returns a token other than the one that the server rejected. */
  readonly renew = async (rejected: string) => (this.isOurs() ? this.keeper.renew(rejected) : undefined);

  private readonly watching = this.keeper.state$.subscribe((state) => {
    if (state !== this.current()) this.follow(state);
  });

  constructor() {
    this.wipe(this.current());
    // Everything else waits for the token of a session that was stored. Errors are reported to the call that needs the token.
    if (this.current().name === 'signed_in') this.keeper.fresh().catch(() => undefined);
    inject(DestroyRef).onDestroy(() => {
      this.watching.unsubscribe();
      this.keeper.stop();
    });
  }

  /** @throws HttpErrorResponse if the server rejects the credentials or cannot be reached */
  async signIn(user: string, pwd: string): Promise<void> {
    await this.keeper.signIn(() => firstValueFrom(this.http.post<TokenResponse>('/api/auth', { user, pwd })));
    await this.navigations;
  }

  /** Creates an account and signs in. @throws HttpErrorResponse like `signIn` */
  async createAccount(user: string, pwd: string): Promise<void> {
    await firstValueFrom(this.http.post('/api/users', { user, pwd }));
    await this.signIn(user, pwd);
  }

  /** Ends the session locally at once, and on the server as soon as it can be reached. */
  async signOut(): Promise<void> {
    const confirmed = this.keeper.signOut();
    const { state } = this.keeper;
    if (!(await confirmed) && state === this.keeper.state) this.reported.set('signed_out_unconfirmed');
  }

  /** Handles the end of this page's session on the server: navigates to the sign-in page, which shows the reason. */
  end(reason: EndReason): void {
    if (this.isOurs()) this.keeper.end(reason);
  }

  /** Handles the end of all of the user's sessions, at the user's request. Replaces the reason that the socket may have reported before. */
  endedEverywhere(reason: 'everywhere' | 'everywhere_unconfirmed'): void {
    this.end(reason);
    if (this.keeper.state.name !== 'signed_out') return;
    this.reported.set(reason);
    this.go(() => this.leave(reason));
  }

  /** Whether the keeper's session is the one of this page. After a sign-in of another user, this page may not have followed yet. */
  private isOurs(): boolean {
    return this.entered === this.keeper.state;
  }

  private follow(state: SessionState): void {
    this.current.set(state);
    this.reported.set(undefined);
    this.wipe(state);
    if (state.name === 'signed_in') {
      this.go(() => this.enter(state));
    } else if (state.reason === 'replaced') {
      // Another session replaced that of this page. A reload removes all data of the first one.
      this.watching.unsubscribe();
      this.window?.location.reload();
    } else {
      this.go(() => this.leave(state.reason));
    }
  }

  /** Queues a navigation, so that one session is destroyed before the next one is entered. */
  private go(step: () => Promise<unknown>): void {
    this.navigations = this.navigations.then(step, step);
  }

  private async enter(state: SessionState): Promise<void> {
    if (state !== this.keeper.state) return;
    this.entered = state;
    const { queryParams } = this.router.parseUrl(this.router.url);
    await this.router.navigateByUrl(safeReturn(queryParams['return']));
  }

  private leave(reason: string | undefined): Promise<unknown> {
    const url = this.router.url;
    const queryParams = voluntary.includes(reason) || url === '/' ? {} : { return: url };
    return this.router.navigate(['/sign-in'], { queryParams });
  }

  /** Deletes the messages that were kept for a reload. Deletes drafts and unsent messages too, unless the same user may return. */
  private wipe(state: SessionState): void {
    if (state.name === 'signed_out') deleteKeptRoom(this.window);
    if (state.name === 'signed_out' && !keepsUnsentData(state.reason)) deleteUnsentData(this.window);
  }
}
