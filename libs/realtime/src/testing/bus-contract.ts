import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { eventually } from './eventually.ts';

/** Two instances that reach each other, as two nodes have them. */
export interface BusUnderTest {
  readonly here: Bus;
  readonly there: Bus;
  /** Makes `there` unreachable until the returned function is called. */
  interrupt(): Promise<() => Promise<void> | void> | (() => Promise<void> | void);
  close?(): Promise<void> | void;
}

/** The guarantees of every `Bus` implementation. Call it in a Vitest file; each test gets a bus from `create`. */
export function busContract(name: string, create: () => Promise<BusUnderTest> | BusUnderTest): void {
  /** Counts the active subscriptions, so that a test can wait for them. */
  function watched(bus: Bus): { readonly bus: Bus; readonly pending: () => number } {
    let pending = 0;
    return {
      pending: () => pending,
      bus: {
        publish: bus.publish.bind(bus),
        close: bus.close.bind(bus),
        subscribe(topic, subscriber) {
          pending++;
          return bus.subscribe(topic, {
            ...subscriber,
            ready: () => {
              pending--;
              subscriber.ready?.();
            },
          });
        },
      },
    };
  }

  async function open() {
    const subject = await create();
    const [here, there] = [watched(subject.here), watched(subject.there)];
    onTestFinished(async () => {
      await Promise.all([subject.here.close(), subject.there.close()]);
      await subject.close?.();
    });
    return {
      here: here.bus,
      there: there.bus,
      interrupt: () => subject.interrupt(),
      settled: () =>
        eventually(() => {
          expect([here.pending(), there.pending()]).toEqual([0, 0]);
        }),
    };
  }

  describe(`${name} fulfills the bus contract`, () => {
    test('delivers the messages of one publisher in order to every node, including the publisher', async () => {
      const { here, there, settled } = await open();
      const heard: [string[], string[]] = [[], []];
      here.subscribe('topic', { message: (payload) => heard[0].push(payload) });
      there.subscribe('topic', { message: (payload) => heard[1].push(payload) });
      await settled();
      const said = Array.from({ length: 100 }, (_, index) => `payload ${index} 🙂`);
      for (const payload of said) here.publish('topic', payload);
      await eventually(() => {
        expect(heard).toEqual([said, said]);
      });
    });

    test('keeps topics apart', async () => {
      const { here, there, settled } = await open();
      const heard: string[] = [];
      there.subscribe('one', { message: (payload) => heard.push(`one ${payload}`) });
      there.subscribe('two', { message: (payload) => heard.push(`two ${payload}`) });
      await settled();
      here.publish('two', 'a');
      here.publish('three', 'b');
      here.publish('one', 'c');
      await eventually(() => {
        expect(heard.toSorted()).toEqual(['one c', 'two a']);
      });
    });

    test('delivers to every subscription of a topic, except ended ones', async () => {
      const { here, there, settled } = await open();
      const heard: string[] = [];
      const end = there.subscribe('topic', { message: () => heard.push('ended') });
      there.subscribe('topic', { message: (payload) => heard.push(`first ${payload}`) });
      there.subscribe('topic', { message: (payload) => heard.push(`second ${payload}`) });
      await settled();
      end();
      end();
      here.publish('topic', 'a');
      await eventually(() => {
        expect(heard.toSorted()).toEqual(['first a', 'second a']);
      });
    });

    test('delivers nothing to a subscription that ends during the delivery', async () => {
      const { here, settled } = await open();
      const heard: string[] = [];
      let endSecond = (): void => undefined;
      here.subscribe('topic', {
        message: () => {
          heard.push('first');
          endSecond();
        },
      });
      endSecond = here.subscribe('topic', { message: () => heard.push('second') });
      here.subscribe('topic', { message: () => heard.push('last') });
      await settled();
      here.publish('topic', 'a');
      await eventually(() => {
        expect(heard).toEqual(['first', 'last']);
      });
    });

    test('keeps the order for other receivers when a receiver publishes', async () => {
      const { here, settled } = await open();
      const heard: string[] = [];
      here.subscribe('topic', {
        message: (payload) => {
          if (payload === 'a') here.publish('topic', 'b');
        },
      });
      here.subscribe('topic', { message: (payload) => heard.push(payload) });
      await settled();
      here.publish('topic', 'a');
      await eventually(() => {
        expect(heard).toEqual(['a', 'b']);
      });
    });

    test('calls the other receivers when a receiver throws', async () => {
      const { here, settled } = await open();
      const heard: string[] = [];
      here.subscribe('topic', {
        message: () => {
          throw new Error('a subscriber that fails');
        },
      });
      here.subscribe('topic', { message: (payload) => heard.push(payload) });
      await settled();
      here.publish('topic', 'a');
      here.publish('topic', 'b');
      await eventually(() => {
        expect(heard).toEqual(['a', 'b']);
      });
    });

    test('calls ready once, and no gap without an interruption', async () => {
      const { here, there, settled } = await open();
      const calls: string[] = [];
      there.subscribe('topic', {
        message: (payload) => calls.push(payload),
        ready: () => calls.push('ready'),
        gap: () => calls.push('gap'),
      });
      await settled();
      here.publish('topic', 'a');
      await eventually(() => {
        expect(calls).toEqual(['ready', 'a']);
      });
    });

    test('calls ready of a subscription that replaces the last one of its topic, and delivers to it', async () => {
      const { here, there, settled } = await open();
      const heard: string[] = [];
      let isReady = false;
      let end = there.subscribe('topic', { message: () => heard.push('ended') });
      await settled();
      for (const last of [false, false, true]) {
        end();
        end = there.subscribe('topic', {
          message: (payload) => heard.push(payload),
          ready: () => {
            isReady = last;
          },
        });
        // In the same turn, and while the first one ends.
        await Promise.resolve();
      }
      await eventually(() => {
        expect(isReady).toBe(true);
      });
      here.publish('topic', 'a');
      await eventually(() => {
        expect(heard).toEqual(['a']);
      });
    });

    test('calls gap of every subscription after an interruption, and then delivers again', async () => {
      const { here, there, interrupt, settled } = await open();
      const calls: string[] = [];
      for (const topic of ['one', 'two']) {
        there.subscribe(topic, {
          message: (payload) => calls.push(`${topic} ${payload}`),
          gap: () => calls.push(`${topic} gap`),
        });
      }
      await settled();
      const restore = await interrupt();
      here.publish('one', 'lost');
      await restore();
      await eventually(() => {
        expect(calls.toSorted()).toEqual(['one gap', 'two gap']);
      });
      here.publish('one', 'a');
      await eventually(() => {
        expect(calls.slice(2)).toEqual(['one a']);
      });
    });

    test('delivers nothing to a closed instance, and everything to the other one', async () => {
      const { here, there, settled } = await open();
      const heard: string[] = [];
      here.subscribe('topic', { message: (payload) => heard.push(`here ${payload}`) });
      there.subscribe('topic', { message: (payload) => heard.push(`there ${payload}`) });
      await settled();
      await there.close();
      await there.close();
      there.publish('topic', 'from the closed instance');
      here.publish('topic', 'a');
      await eventually(() => {
        expect(heard).toEqual(['here a']);
      });
    });

    test('does not throw when a topic has no subscription', async () => {
      const { here } = await open();
      expect(() => {
        here.publish('nowhere', 'a');
      }).not.toThrow();
    });
  });
}
