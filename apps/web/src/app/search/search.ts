import { HttpClient } from '@angular/common/http';
import { inject, signal } from '@angular/core';
import type { SearchResults } from '@usher/chat-api';
import type { Message } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';

const pageSize = 20;

/** Searches the messages of the user's rooms, page by page. Must be created in an injection context. */
export class Search {
  private readonly http = inject(HttpClient);
  private readonly messages = signal<readonly Message[] | undefined>(undefined);
  private readonly doing = signal<'idle' | 'looking' | 'more'>('idle');
  private readonly failure = signal<unknown>(undefined);
  private readonly next = signal<string | undefined>(undefined);
  private query = '';
  private requests = 0;

  /** Newest first; `undefined` until there is a response. */
  readonly found = this.messages.asReadonly();
  readonly state = this.doing.asReadonly();
  readonly error = this.failure.asReadonly();
  /** The cursor of the next page, if there is one. */
  readonly rest = this.next.asReadonly();

  /** Starts a search. An empty query has no results. Never throws: an error is available as `error`. */
  async look(query: string): Promise<void> {
    this.query = query.trim();
    this.messages.set(undefined);
    this.next.set(undefined);
    if (this.query === '') {
      this.requests += 1;
      this.failure.set(undefined);
      this.doing.set('idle');
      return;
    }
    await this.request('looking');
  }

  /** Loads the next page. Never throws. */
  async more(): Promise<void> {
    if (this.doing() === 'idle' && this.next() !== undefined) await this.request('more');
  }

  private async request(doing: 'looking' | 'more'): Promise<void> {
    const number = ++this.requests;
    const before = this.next();
    this.doing.set(doing);
    this.failure.set(undefined);
    try {
      const params = { q: this.query, limit: pageSize, ...(before !== undefined && { before }) };
      const { messages, next } = await firstValueFrom(this.http.get<SearchResults>('/api/search', { params }));
      // This response belongs to an outdated query.
      if (number !== this.requests) return;
      this.messages.update((found = []) => [...found, ...messages]);
      this.next.set(next);
    } catch (error) {
      if (number === this.requests) this.failure.set(error);
    }
    if (number === this.requests) this.doing.set('idle');
  }
}
