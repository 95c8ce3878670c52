import { HttpClient, HttpErrorResponse, HttpHeaders } from '@angular/common/http';
import { DOCUMENT, Service, computed, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import type { TokenAnswer } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import type { EndReason } from './end-reason.ts';
import { safeReturn } from './return-url.ts';
import { TokenStore } from './token-store.ts';

/**
 * Who is signed in on this browser. Whatever is known about rooms, drafts and the socket belongs to the signed-in part of the
 * app and is destroyed with it, so the next person finds nothing.
 */
@Service()
export class Session {
  private readonly http = inject(HttpClient);
  private readonly router = inject(Router);
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly store = inject(TokenStore);
  private readonly ended = signal<EndReason | undefined>(undefined);

  readonly user = computed(() => this.store.held()?.user);
  /** Why the last one is not signed in any more, for the sign-in page. */
  readonly endReason = this.ended.asReadonly();

  constructor() {
    let user = this.user();
    this.store.onChangeElsewhere((now) => {
      const before = user;
      user = now?.user;
      if (now === undefined) this.end('signed_out_elsewhere');
      else if (before === undefined) void this.enter();
      // Another session under this page: nothing of the first may remain.
      else this.window?.location.reload();
    });
  }

  /** The access token, for the Authorization header and nothing else. */
  token(): string | undefined {
    return this.store.held()?.token;
  }

  /** @throws HttpErrorResponse when the server says no or cannot be reached. */
  async signIn(user: string, pwd: string): Promise<void> {
    const answer = await firstValueFrom(this.http.post<TokenAnswer>('/api/auth', { user, pwd }));
    this.ended.set(undefined);
    this.store.keep({ token: answer.token, expires: answer.expires, user });
    await this.enter();
  }

  /** Makes the account and signs in with it. @throws HttpErrorResponse as `signIn` does. */
  async createAccount(user: string, pwd: string): Promise<void> {
    await firstValueFrom(this.http.post('/api/users', { user, pwd }));
    await this.signIn(user, pwd);
  }

  /** Ends the session here at once, and on the server if it can be reached. */
  async signOut(): Promise<void> {
    const token = this.token();
    this.end('signed_out');
    if (token === undefined) return;
    const headers = new HttpHeaders({ Authorization: `Bearer ${token}` });
    try {
      await firstValueFrom(this.http.delete('/api/auth', { headers }));
    } catch (error) {
      // 401: it was over already.
      if (error instanceof HttpErrorResponse && error.status === 401) return;
      if (this.ended() === 'signed_out') this.ended.set('signed_out_untold');
    }
  }

  /** Nobody is signed in any more: forgets the token and leads to the sign-in page, which says why. */
  end(reason: EndReason): void {
    if (this.ended() !== undefined && this.store.held() === undefined) return;
    this.ended.set(reason);
    this.store.drop();
    const here = this.router.url;
    const queryParams = reason === 'signed_out' || here === '/' ? {} : { return: here };
    void this.router.navigate(['/sign-in'], { queryParams });
  }

  /** All sessions of this person are over, as they asked. It says so whatever the socket, which may hear of it first, made of it. */
  endedEverywhere(reason: 'everywhere' | 'everywhere_untold'): void {
    this.ended.set(reason);
    this.store.drop();
    void this.router.navigate(['/sign-in']);
  }

  private async enter(): Promise<void> {
    this.ended.set(undefined);
    const { queryParams } = this.router.parseUrl(this.router.url);
    await this.router.navigateByUrl(safeReturn(queryParams['return']));
  }
}
