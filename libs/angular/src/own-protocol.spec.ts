import { ApplicationRef, PLATFORM_ID, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { FakeServer } from '@usher/client/testing';
import type { Protocol, RoomsProtocol, Schema } from '@usher/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { injectUsher, provideUsher, type Usher } from './usher.ts';

/** The rooms of the chat with a request and an event of the application, as `extendProtocol` returns them. */
interface Shop extends Protocol {
  readonly name: 'shop.v1';
  readonly rooms: 'text';
  readonly requests: RoomsProtocol['requests'] & {
    readonly order: { readonly params: Schema<{ item: string }>; readonly reply: Schema<{ number: number }> };
  };
  readonly signals: RoomsProtocol['signals'];
  readonly events: RoomsProtocol['events'] & { readonly price: Schema<{ price: number }> };
  readonly serverRequests: object & Protocol['serverRequests'];
}

let server: FakeServer;
let token: ReturnType<typeof signal<string | undefined>>;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  token = signal<string | undefined>(ann);
  server.ticket = () => Promise.resolve(server.issue(token() === bob ? 'bob' : 'ann'));
  server.handle('order', ({ item }) => ({ number: String(item).length }));
});

afterEach(() => {
  TestBed.resetTestingModule();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const jwt = (claims: object): string => `x.${btoa(JSON.stringify(claims))}.x`;
const ann = jwt({ sub: 'ann', sid: 's of ann' });
const bob = jwt({ sub: 'bob', sid: 's of bob' });

function newUsher(platform = 'browser'): Usher<Shop> {
  TestBed.configureTestingModule({
    providers: [
      provideUsher<Shop>({ token: () => token(), protocol: 'shop.v1', socket: server.options }),
      { provide: PLATFORM_ID, useValue: platform },
    ],
  });
  return TestBed.runInInjectionContext(() => injectUsher<Shop>());
}

test('the handshake has the name of the own protocol', async () => {
  const usher = newUsher();
  usher.start();
  await settle();
  expect(await usher.whenOpen()).toMatchObject({ user: 'ann' });
  expect(server.last.protocol).toBe('shop.v1');
});

test('an event is a signal with its last value, which the next user does not see', async () => {
  const usher = newUsher();
  const price = usher.event('price');
  expect(usher.event('price')).toBe(price);
  expect(price()).toBeUndefined();
  usher.start();
  await settle();
  server.last.emit({ type: 'price', price: 2 });
  server.last.emit({ type: 'price', price: 3 });
  expect(price()).toMatchObject({ price: 3 });
  token.set(bob);
  usher.socket.recheck();
  expect(price()).toBeUndefined();
});

test('rooms and own requests work over one socket', async () => {
  const usher = newUsher();
  usher.start();
  const room = usher.room('general');
  room.open();
  await settle();
  room.send('hello');
  await settle();
  expect(room.messages()).toMatchObject([{ text: 'hello', status: 'sent' }]);
  expect(await usher.socket.request('order', { item: 'tea' })).toEqual({ number: 3 });
});

test('a resource loads when the connection is open, and again for other params', async () => {
  const usher = newUsher();
  const item = signal<string | undefined>('tea');
  const order = TestBed.runInInjectionContext(() =>
    usher.resource('order', () => {
      const wanted = item();
      return wanted === undefined ? undefined : { item: wanted };
    }),
  );
  TestBed.tick();
  await settle();
  expect(order.status()).toBe('idle');
  usher.start();
  await settle();
  TestBed.tick();
  await settle();
  expect(order.value()).toEqual({ number: 3 });
  item.set('coffee');
  TestBed.tick();
  await settle();
  expect(order.value()).toEqual({ number: 6 });
  item.set(undefined);
  TestBed.tick();
  expect(order.status()).toBe('idle');
});

test('a resource whose connection is lost loads over the next one', async () => {
  const usher = newUsher();
  usher.start();
  await settle();
  const handler = server.handle('order', () => {
    server.last.end(1012);
    server.handle('order', handler);
    return undefined;
  });
  const order = TestBed.runInInjectionContext(() => usher.resource('order', () => ({ item: 'tea' })));
  TestBed.tick();
  await settle(60_000);
  expect(order.value()).toEqual({ number: 3 });
});

test('a resource neither loads nor keeps the app from becoming stable before the sign-in, and on a server', async () => {
  token.set(undefined);
  const usher = newUsher('server');
  const order = TestBed.runInInjectionContext(() => usher.resource('order', () => ({ item: 'tea' })));
  usher.start();
  TestBed.tick();
  await settle();
  await TestBed.inject(ApplicationRef).whenStable();
  expect(order.status()).toBe('idle');
  expect(server.ticketCalls).toBe(0);
});
