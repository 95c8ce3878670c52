import { beforeEach, describe, expect, test } from 'vitest';
import { ConnectionReservations } from './reservations.ts';

let now = 0;
let open = 0;
let reservations: ConnectionReservations;
beforeEach(() => {
  now = 1_000;
  open = 0;
  reservations = new ConnectionReservations({ openOf: () => open, maxPerUser: 3, now: () => now });
});

describe('connection reservations', () => {
  test('count together with open connections, per user', () => {
    open = 1;
    expect(reservations.reserve('maggie', 's')).toBeDefined();
    expect(reservations.reserve('maggie', 's')).toBeDefined();
    expect(reservations.reserve('maggie', 's')).toBeUndefined();
    expect(reservations.isAvailable('maggie')).toBe(false);
    expect(reservations.reserve('bart', 't')).toBeDefined();
    expect(reservations.size).toBe(3);
  });

  test('can be claimed once, and no longer count after release', () => {
    const reservation = reservations.reserve('maggie', 's');
    expect(reservation?.claim()).toBe(true);
    expect(reservation?.claim()).toBe(false);
    reservations.reserve('maggie', 's')?.release();
    expect(reservations.size).toBe(0);
  });

  test('cannot be claimed after their session was revoked', () => {
    const [revoked, other] = [reservations.reserve('maggie', 's'), reservations.reserve('maggie', 't')];
    reservations.revoke('s');
    expect(revoked?.claim()).toBe(false);
    expect(other?.claim()).toBe(true);
  });

  test('time out when a handshake does not finish', () => {
    const dead = Array.from({ length: 3 }, () => reservations.reserve('maggie', 's'));
    now += 9_999;
    expect(reservations.isAvailable('maggie')).toBe(false);
    now += 1;
    expect(reservations.isAvailable('maggie')).toBe(true);
    expect(dead[0]?.claim()).toBe(false);
  });
});
