import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { type EnvironmentProviders, type Provider, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { type Usher, injectUsher, provideUsher } from '@usher/angular';
import { FakeServer } from '@usher/client/testing';
import type { Room } from '@usher/chat-api';
import { vi } from 'vitest';
import { Session } from '../../session/session.ts';
import { RoomDirectory } from '../room-directory.ts';
import { RoomEvents } from '../room-events.ts';

/** An empty room of the user, with overrides. */
export function roomFixture(name: string, more: Partial<Room> = {}): Room {
  return {
    room: name,
    title: name.toUpperCase(),
    private: false,
    seq: 0,
    at: 0,
    unread: 0,
    read: 0,
    mentions: 0,
    isMember: true,
    canManage: false,
    ...more,
  };
}

/**
 * The signed-in page for tests with many rooms: the real directory and client, a server in the same process, and a `GET /api/rooms` to
 * which the test responds. Requires fake timers.
 */
export class RoomTestPage {
  readonly server = new FakeServer({ user: 'maggie' });
  readonly directory: RoomDirectory;
  readonly usher: Usher;

  constructor(providers: (Provider | EnvironmentProviders)[] = []) {
    const state = { name: 'signed_in', user: 'maggie', session: 'maggie’s' } as const;
    TestBed.configureTestingModule({
      providers: [
        RoomEvents,
        RoomDirectory,
        provideHttpClient(),
        provideHttpClientTesting(),
        provideRouter([]),
        provideUsher({ token: () => 'secret', socket: this.server.options }),
        { provide: Session, useValue: { user: signal('maggie'), state: signal(state), endReason: () => undefined } },
        ...providers,
      ],
    });
    this.usher = TestBed.runInInjectionContext(injectUsher);
    this.directory = TestBed.inject(RoomDirectory);
  }

  /** Connects and responds to the request for the rooms. */
  async opened(...rooms: Room[]): Promise<void> {
    this.usher.start();
    await this.settled();
    await this.respondWithRooms(...rooms);
  }

  async settled(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0);
    TestBed.tick();
    await vi.advanceTimersByTimeAsync(0);
  }

  /** The number of pending requests for the rooms. */
  pendingRequests(): number {
    return TestBed.inject(HttpTestingController).match('/api/rooms').length;
  }

  /** Responds to the pending request for the rooms. */
  async respondWithRooms(...rooms: Room[]): Promise<void> {
    TestBed.inject(HttpTestingController).expectOne('/api/rooms').flush({ rooms });
    await this.settled();
  }

  /** The server sends an unread count. */
  async unread(room: string, seq: number, count: number, mentions = 0, read = 0): Promise<void> {
    this.server.last.emit({ type: 'unread', room, seq, read, count, mentions });
    await this.settled();
  }

  /** Opens a room, which joins it. */
  async entered(room: string): Promise<void> {
    this.usher.room(room).open();
    await this.settled();
  }
}
