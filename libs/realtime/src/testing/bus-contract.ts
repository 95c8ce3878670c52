import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { eventually } from './eventually.ts';

/** Two nodes on one bus; for a form within one process both are the same. */
export interface BusUnderTest {
  readonly here: Bus;
  readonly there: Bus;
  /** Resolves when subscriptions made so far have taken hold. */
  settled?(): Promise<void>;
  close?(): Promise<void> | void;
}

/** What every form of `Bus` promises. Call it in a Vitest file of the form; each test gets a bus from `create`. */
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

  describe(`${name} keeps the promises of a bus`, () => {
    test('what one publisher says in a topic arrives in its order, at every node, itself included', async () => {
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

    test('topics are kept apart', async () => {
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

    test('every subscription of a topic hears it, and one that ended does not', async () => {
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

    test('one that ends while the topic is delivered hears nothing more', async () => {
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

    test('a receiver that publishes does not upset the order for others', async () => {
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

    test('a receiver that throws harms nobody else', async () => {
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

    test('publishing where nobody listens is nothing', async () => {
      const { here } = await open();
      expect(() => {
        here.publish('nowhere', 'a');
      }).not.toThrow();
    });
  });
}
