import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { eventually } from './eventually.ts';

/** Two nodes on one bus. For an implementation within one process both are the same. */
export interface BusUnderTest {
  readonly here: Bus;
  readonly there: Bus;
  /** Resolves when all subscriptions so far are active. */
  settled?(): Promise<void>;
  close?(): Promise<void> | void;
}

/** The guarantees of every `Bus` implementation. Call it in a Vitest file; each test gets a bus from `create`. */
export function busContract(name: string, create: () => Promise<BusUnderTest> | BusUnderTest): void {
  async function open(): Promise<Required<Pick<BusUnderTest, 'here' | 'there' | 'settled'>>> {
    const subject = await create();
    onTestFinished(async () => {
      await subject.close?.();
    });
    return {
      here: subject.here,
      there: subject.there,
      settled: async () => {
        await subject.settled?.();
      },
    };
  }

  describe(`${name} fulfills the bus contract`, () => {
    test('delivers the messages of one publisher in order to every node, including the publisher', async () => {
      const { here, there, settled } = await open();
      const heard: [string[], string[]] = [[], []];
      here.subscribe('topic', (payload) => heard[0].push(payload));
      there.subscribe('topic', (payload) => heard[1].push(payload));
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
      there.subscribe('one', (payload) => heard.push(`one ${payload}`));
      there.subscribe('two', (payload) => heard.push(`two ${payload}`));
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
      const end = there.subscribe('topic', () => heard.push('ended'));
      there.subscribe('topic', (payload) => heard.push(`first ${payload}`));
      there.subscribe('topic', (payload) => heard.push(`second ${payload}`));
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
      here.subscribe('topic', () => {
        heard.push('first');
        endSecond();
      });
      endSecond = here.subscribe('topic', () => heard.push('second'));
      here.subscribe('topic', () => heard.push('last'));
      await settled();
      here.publish('topic', 'a');
      await eventually(() => {
        expect(heard).toEqual(['first', 'last']);
      });
    });

    test('keeps the order for other receivers when a receiver publishes', async () => {
      const { here, settled } = await open();
      const heard: string[] = [];
      here.subscribe('topic', (payload) => {
        if (payload === 'a') here.publish('topic', 'b');
      });
      here.subscribe('topic', (payload) => heard.push(payload));
      await settled();
      here.publish('topic', 'a');
      await eventually(() => {
        expect(heard).toEqual(['a', 'b']);
      });
    });

    test('calls the other receivers when a receiver throws', async () => {
      const { here, settled } = await open();
      const heard: string[] = [];
      here.subscribe('topic', () => {
        throw new Error('a receiver that fails');
      });
      here.subscribe('topic', (payload) => heard.push(payload));
      await settled();
      here.publish('topic', 'a');
      here.publish('topic', 'b');
      await eventually(() => {
        expect(heard).toEqual(['a', 'b']);
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
