import { HttpClient } from '@angular/common/http';
import { Service, inject } from '@angular/core';
import type { Session, Sessions } from '@usher/chat-api';
import type { Proof } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { Loader } from '../ui/loader.ts';
import { type Revocation, revocationOf } from './revocation.ts';

/** The sessions of the user, with the calls that end them. */
@Service({ autoProvided: false })
export class Devices {
  private readonly http = inject(HttpClient);
  private readonly loader = new Loader(async () => {
    const { sessions } = await firstValueFrom(this.http.get<Sessions>('/api/sessions'));
    return sessions.toSorted(thisOneFirst);
  });

  /** The current session first, then in the server's order: the most recently used first. Undefined until loaded. */
  readonly sessions = this.loader.value;
  /** The error of the last request. */
  readonly error = this.loader.error;

  async load(): Promise<void> {
    await this.loader.load();
  }

  /** @throws HttpErrorResponse, with `not_found` if the session has ended already */
  async end(id: string): Promise<Revocation> {
    return revocationOf(this.http.delete<Proof>(`/api/sessions/${id}`));
  }

  /** @throws HttpErrorResponse */
  async endOthers(): Promise<Revocation> {
    return revocationOf(this.http.delete<Proof>('/api/sessions', { params: { others: true } }));
  }

  /** Ends all sessions, including this one. @throws HttpErrorResponse */
  async endAll(): Promise<Revocation> {
    return revocationOf(this.http.delete<Proof>('/api/sessions'));
  }
}

function thisOneFirst(a: Session, b: Session): number {
  return Number(b.current) - Number(a.current);
}
