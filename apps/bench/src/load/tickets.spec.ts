import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Sessions } from './tickets.ts';

describe('Sessions', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('uses all sessions equally', () => {
    const sessions = new Sessions(['a', 'b', 'c']);
    expect(Array.from({ length: 6 }, () => sessions.take()).toSorted()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it('limits the ticket calls per session and minute', async () => {
    const sessions = new Sessions(['a']);
    await expect(sessions.ready(56)).rejects.toThrow(RangeError);
    await expect(sessions.ready(55)).resolves.toBeUndefined();
  });
});
