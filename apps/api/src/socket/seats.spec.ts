import { beforeEach, describe, expect, test } from 'vitest';
import { createSeats, type Seats } from './seats.ts';

let now = 0;
let open = 0;
let seats: Seats;
beforeEach(() => {
  now = 1_000;
  open = 0;
  seats = createSeats({ openOf: () => open, maxPerUser: 3, now: () => now });
});

describe('seats', () => {
  test('count with the open connections, each user’s for themselves', () => {
    open = 1;
    expect(seats.take('maggie', 's')).toBeDefined();
    expect(seats.take('maggie', 's')).toBeDefined();
    expect(seats.take('maggie', 's')).toBeUndefined();
    expect(seats.free('maggie')).toBe(false);
    expect(seats.take('bart', 't')).toBeDefined();
    expect(seats.size).toBe(3);
  });

  test('are occupied once, and free again when given back', () => {
    const seat = seats.take('maggie', 's');
    expect(seat?.occupy()).toBe(true);
    expect(seat?.occupy()).toBe(false);
    seats.take('maggie', 's')?.release();
    expect(seats.size).toBe(0);
  });

  test('of a session that ended are worth nothing', () => {
    const [ended, other] = [seats.take('maggie', 's'), seats.take('maggie', 't')];
    seats.revoke('s');
    expect(ended?.occupy()).toBe(false);
    expect(other?.occupy()).toBe(true);
  });

  test('are not lost to handshakes that die', () => {
    const dead = [seats.take('maggie', 's'), seats.take('maggie', 's'), seats.take('maggie', 's')];
    now += 9_999;
    expect(seats.free('maggie')).toBe(false);
    now += 1;
    expect(seats.free('maggie')).toBe(true);
    expect(dead[0]?.occupy()).toBe(false);
  });
});
