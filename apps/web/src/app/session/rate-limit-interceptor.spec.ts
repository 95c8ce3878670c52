import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { type ProblemCode, problem } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rateLimitInterceptor } from './rate-limit-interceptor.ts';

let http: HttpClient;
let server: HttpTestingController;

beforeEach(() => {
  vi.useFakeTimers();
  TestBed.configureTestingModule({
    providers: [provideHttpClient(withInterceptors([rateLimitInterceptor])), provideHttpClientTesting()],
  });
  http = TestBed.inject(HttpClient);
  server = TestBed.inject(HttpTestingController);
});

afterEach(() => {
  vi.useRealTimers();
});

function refuse(method: string, code: ProblemCode, retryAfterMs?: number): void {
  const body = problem(code, retryAfterMs);
  server.expectOne({ method, url: '/api/rooms' }).flush(body, { status: body.status, statusText: body.title });
}

describe('a request above the call budget', () => {
  test('is repeated after the time that the server states', async () => {
    const response = firstValueFrom(http.get('/api/rooms'));
    refuse('GET', 'rate_limited', 2_000);
    await vi.advanceTimersByTimeAsync(1_999);
    server.expectNone('/api/rooms');
    await vi.advanceTimersByTimeAsync(1);
    server.expectOne('/api/rooms').flush({ rooms: [] });
    await expect(response).resolves.toEqual({ rooms: [] });
  });

  test('fails after three retries', async () => {
    const response = firstValueFrom(http.get('/api/rooms'));
    const failed = expect(response).rejects.toMatchObject({ status: 429 });
    for (let attempt = 0; attempt < 4; attempt++) {
      refuse('GET', 'rate_limited', 1_000);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    await failed;
    server.verify();
  });

  test.each([
    ['the wait is longer than 10 seconds', 'GET', 'rate_limited', 10_001],
    ['the server states no time', 'GET', 'rate_limited', undefined],
    ['the request changes something', 'POST', 'rate_limited', 1_000],
    ['the limit is another one', 'GET', 'too_many_attempts', 1_000],
  ] as const)('is not repeated if %s', async (_, method, code, retryAfterMs) => {
    const response = firstValueFrom(http.request(method, '/api/rooms'));
    const failed = expect(response).rejects.toMatchObject({ status: 429 });
    refuse(method, code, retryAfterMs);
    await failed;
    await vi.advanceTimersByTimeAsync(60_000);
    server.verify();
  });
});
