import { HttpClient } from '@angular/common/http';
import { Service, inject } from '@angular/core';
import type { Proof, Session, Sessions } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { Asked } from '../ui/asked.ts';
import { type Ending, endingOf } from './ending.ts';

/** Where this person is signed in, and the calls that end it. */
@Service({ autoProvided: false })
export class Devices {
  private readonly http = inject(HttpClient);
  private readonly asked = new Asked(async () => {
    const { sessions } = await firstValueFrom(this.http.get<Sessions>('/api/sessions'));
    return sessions.toSorted(thisOneFirst);
  });

  /** Undefined until they are known; this one first, then as the server has them: the one used last first. */
  readonly sessions = this.asked.value;
  /** What went wrong when they were asked for last. */
  readonly error = this.asked.error;

  async load(): Promise<void> {
    await this.asked.load();
  }

  /** @throws HttpErrorResponse, `not_found` where it was over already. */
  async end(id: string): Promise<Ending> {
    return endingOf(this.http.delete<Proof>(`/api/sessions/${id}`));
  }

  /** @throws HttpErrorResponse */
  async endOthers(): Promise<Ending> {
    return endingOf(this.http.delete<Proof>('/api/sessions', { params: { others: true } }));
  }

  /** This one too. @throws HttpErrorResponse */
  async endAll(): Promise<Ending> {
    return endingOf(this.http.delete<Proof>('/api/sessions'));
  }
}

function thisOneFirst(a: Session, b: Session): number {
  return Number(b.current) - Number(a.current);
}
