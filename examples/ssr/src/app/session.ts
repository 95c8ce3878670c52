import { HttpClient } from '@angular/common/http';
import { inject, Injectable, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';

/**
 * The guest user of this page. A service instead of a module variable, because the server renders pages of many users in one process, and they
 * would share the variable.
 */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly http = inject(HttpClient);
  readonly token = signal<string | undefined>(undefined);

  async enter(): Promise<void> {
    const { token } = await firstValueFrom(this.http.post<{ token: string }>('/api/auth', {}));
    this.token.set(token);
  }
}
