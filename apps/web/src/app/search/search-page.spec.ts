import { provideHttpClient } from '@angular/common/http';
import { provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { expect, test, vi } from 'vitest';
import { RoomDirectory } from '../rooms/room-directory.ts';
import { pendingRequest } from '../testing/rendered-component.ts';
import { SearchPage } from './search-page.ts';

test('results show plain text with the matched words marked', async () => {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(),
      provideHttpClientTesting(),
      provideRouter([]),
      { provide: RoomDirectory, useValue: { title: (room: string) => room } },
    ],
  });
  const fixture = TestBed.createComponent(SearchPage);
  fixture.componentRef.setInput('q', 'krusty burger');
  const page = fixture.nativeElement as HTMLElement;
  document.body.append(page);
  const text = 'a **krusty** [burger](https://example.org) for `@bart`';
  (await pendingRequest('GET', '/api/search?q=krusty%20burger&limit=20')).flush({
    messages: [{ room: 'general', seq: 1, id: 'm1', from: 'bart', text, at: 1 }],
  });
  await vi.waitFor(() => {
    const shown = page.querySelector('.text')?.textContent.replaceAll(/\s+/g, ' ').trim();
    expect(shown).toBe('a krusty burger for @bart');
  });
  expect([...page.querySelectorAll('mark')].map(({ textContent }) => textContent)).toEqual(['krusty', 'burger']);
});
