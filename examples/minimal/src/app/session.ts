import { HttpClient } from '@angular/common/http';
import { inject, Injectable, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';

/** The signed-in user. The token is in memory only: after a reload the user signs in again. */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly http = inject(HttpClient);
  readonly token = signal<string | undefined>(undefined);

  async signIn(user: string, pwd: string): Promise<void> {
    const { token } = await firstValueFrom(this.http.post<{ token: string }>('/api/auth', { user, pwd }));
    this.token.set(token);
  }
}
