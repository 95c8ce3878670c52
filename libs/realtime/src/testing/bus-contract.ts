import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Bus, BusReceiver } from '../bus/bus.ts';
import { eventually } from './eventually.ts';

/** Two nodes on one new bus. */
export interface BusUnderTest {
  readonly here: Bus;
  readonly there: Bus;
  /** Interrupts the connections of both nodes until the returned function is called. Omit it for a bus that cannot be interrupted. */
  interrupt?(): Promise<() => Promise<void> | void> | (() => Promise<void> | void);
  close?(): Promise<void> | void;
}

/** The guarantees of every `Bus` implementation. Call it in a Vitest file; each test gets a bus from `create`. */
export function busContract(name: string, create: () => Promise<BusUnderTest> | BusUnderTest): void {
  async function open() {
    const subject = await create();
    onTestFinished(async () => {
      await Promise.all([subject.here.close(), subject.there.close()]);
      await subject.close?.();
    });
    /** Subscribes and resolves when the subscription is active. */
    const subscribe = async (bus: Bus, topic: string, receiver: Partial<BusReceiver> | BusReceiver['message']) => {
      const given = typeof receiver === 'function' ? { message: receiver } : receiver;
      return new Promise<() => void>((resolve) => {
        const end = bus.subscribe(topic, {
          message: () => undefined,
          ...given,
          ready: () => {
            given.ready?.();
            queueMicrotask(() => {
              resolve(end);
            });
          },
        });
      });
    };
    return { here: subject.here, there: subject.there, subject, subscribe };
  }

  describe(`${name} fulfills the bus contract`, () => {
    test('delivers the messages of one publisher in order to every node, including the publisher', async () => {
      const { here, there, subscribe } = await open();
      const received: [string[], string[]] = [[], []];
      await subscribe(here, 'topic', (payload) => received[0].push(payload));
      await subscribe(there, 'topic', (payload) => received[1].push(payload));
      const sent = Array.from({ length: 100 }, (_, index) => `payload ${index} 🙂`);
      for (const payload of sent) here.publish('topic', payload);
      await eventually(() => {
        expect(received).toEqual([sent, sent]);
      });
    });

    test('keeps topics apart', async () => {
      const { here, there, subscribe } = await open();
      const received: string[] = [];
      await subscribe(there, 'one', (payload) => received.push(`one ${payload}`));
      await subscribe(there, 'two', (payload) => received.push(`two ${payload}`));
      here.publish('two', 'a');
      here.publish('three', 'b');
      here.publish('one', 'c');
      await eventually(() => {
        expect(received.toSorted()).toEqual(['one c', 'two a']);
      });
    });

    test('calls ready once, when the subscription is active, and not for one that has ended', async () => {
      const { here, there, subscribe } = await open();
      const ended = vi.fn();
      there.subscribe('topic', { message: () => undefined, ready: ended })();
      const ready = vi.fn();
      const received: string[] = [];
      await subscribe(there, 'topic', { message: (payload) => received.push(payload), ready });
      here.publish('topic', 'a');
      await eventually(() => {
        expect(received).toEqual(['a']);
      });
      expect(ready).toHaveBeenCalledOnce();
      expect(ended).not.toHaveBeenCalled();
    });

    test('delivers to every subscription of a topic, except ended ones', async () => {
      const { here, there, subscribe } = await open();
      const received: string[] = [];
      const end = await subscribe(there, 'topic', () => received.push('ended'));
      await subscribe(there, 'topic', (payload) => received.push(`first ${payload}`));
      await subscribe(there, 'topic', (payload) => received.push(`second ${payload}`));
      end();
      end();
      here.publish('topic', 'a');
      await eventually(() => {
        expect(received.toSorted()).toEqual(['first a', 'second a']);
      });
    });

    test('delivers nothing to a subscription that ends during the delivery', async () => {
      const { here, subscribe } = await open();
      const received: string[] = [];
      let endSecond = (): void => undefined;
      await subscribe(here, 'topic', () => {
        received.push('first');
        endSecond();
      });
      endSecond = await subscribe(here, 'topic', () => received.push('second'));
      await subscribe(here, 'topic', () => received.push('last'));
      here.publish('topic', 'a');
      await eventually(() => {
        expect(received).toEqual(['first', 'last']);
      });
    });

    test('keeps the order for other receivers when a receiver publishes', async () => {
      const { here, subscribe } = await open();
      const received: string[] = [];
      await subscribe(here, 'topic', (payload) => {
        if (payload === 'a') here.publish('topic', 'b');
      });
      await subscribe(here, 'topic', (payload) => received.push(payload));
      here.publish('topic', 'a');
      await eventually(() => {
        expect(received).toEqual(['a', 'b']);
      });
    });

    test('calls the other receivers when a receiver throws', async () => {
      const { here, subscribe } = await open();
      const received: string[] = [];
      await subscribe(here, 'topic', () => {
        throw new Error('a receiver that fails');
      });
      await subscribe(here, 'topic', (payload) => received.push(payload));
      here.publish('topic', 'a');
      here.publish('topic', 'b');
      await eventually(() => {
        expect(received).toEqual(['a', 'b']);
      });
    });

    test('does not throw when a topic has no subscription', async () => {
      const { here } = await open();
      expect(() => {
        here.publish('nowhere', 'a');
      }).not.toThrow();
    });

    test('reports a gap to every subscription after an interruption, and delivers again', async () => {
      const { here, there, subscribe, subject } = await open();
      if (subject.interrupt === undefined) return;
      const gaps: string[] = [];
      const received: string[] = [];
      for (const topic of ['one', 'two']) {
        await subscribe(there, topic, { message: (payload) => received.push(payload), gap: () => gaps.push(topic) });
      }
      gaps.length = 0;
      const restore = await subject.interrupt();
      here.publish('one', 'lost');
      await restore();
      await eventually(() => {
        expect(gaps.toSorted()).toEqual(['one', 'two']);
      });
      here.publish('one', 'again');
      await eventually(() => {
        expect(received).toEqual(['again']);
      });
    });

    test('ends all subscriptions of a node that closes, and not those of others', async () => {
      const { here, there, subscribe } = await open();
      const received: string[] = [];
      await subscribe(here, 'topic', (payload) => received.push(`here ${payload}`));
      await subscribe(there, 'topic', (payload) => received.push(`there ${payload}`));
      await there.close();
      there.publish('topic', 'a');
      there.subscribe('topic', { message: () => received.push('after close') })();
      here.publish('topic', 'b');
      await eventually(() => {
        expect(received).toEqual(['here b']);
      });
    });
  });
}
