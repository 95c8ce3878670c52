import { describe, expect, onTestFinished, test } from 'vitest';
import type { Cluster } from '../cluster/cluster.ts';
import { eventually } from './eventually.ts';

/** Two nodes of one cluster. */
export interface ClusterUnderTest {
  readonly here: Cluster;
  readonly there: Cluster;
  /** Adds another node. */
  join(): Promise<Cluster> | Cluster;
  /** Called at the end of each test. */
  close?(): Promise<void> | void;
}

/** The guarantees of every `Cluster` implementation. Call it in a Vitest file; each test gets a cluster from `create`. */
export function clusterContract(name: string, create: () => Promise<ClusterUnderTest> | ClusterUnderTest): void {
  async function open() {
    const subject = await create();
    const { here, there } = subject;
    const joined: Cluster[] = [];
    onTestFinished(async () => {
      for (const node of [here, there, ...joined]) await node.close();
      await subject.close?.();
    });
    const join = async (): Promise<Cluster> => {
      const node = await subject.join();
      joined.push(node);
      return node;
    };
    await sees(here, here, there);
    await sees(there, here, there);
    return { here, there, join };
  }

  function sees(observer: Cluster, ...nodes: readonly Cluster[]): Promise<void> {
    return eventually(async () => {
      expect((await observer.nodes()).toSorted()).toEqual(nodes.map(({ id }) => id).toSorted());
      expect(observer.size).toBe(nodes.length);
    });
  }

  function downOf(observer: Cluster): string[] {
    const down: string[] = [];
    observer.onNodeDown((node) => down.push(node));
    return down;
  }

  describe(`${name} fulfills the cluster contract`, () => {
    test('gives every node its own id and lists all nodes on each of them', async () => {
      const { here, there, join } = await open();
      const third = await join();
      expect(new Set([here.id, there.id, third.id]).size).toBe(3);
      for (const node of [here, there, third]) await sees(node, here, there, third);
    });

    test('reports a stopped node down once to every other node, and no longer lists it', async () => {
      const { here, there, join } = await open();
      const third = await join();
      await sees(here, here, there, third);
      await sees(there, here, there, third);
      const down = [here, there, third].map(downOf);
      await third.close();
      await third.close();
      await sees(here, here, there);
      await sees(there, here, there);
      await eventually(() => {
        expect(down).toEqual([[third.id], [third.id], []]);
      });
    });

    test('a node is live until it is closed', async () => {
      const { here, there } = await open();
      expect([here.isLive(), there.isLive()]).toEqual([true, true]);
      await there.close();
      expect([here.isLive(), there.isLive()]).toEqual([true, false]);
    });

    test('does not report a node that joins', async () => {
      const { here, there, join } = await open();
      const down = downOf(here);
      const third = await join();
      await sees(here, here, there, third);
      expect(down).toEqual([]);
    });

    test('calls the other listeners when a listener throws, and no removed listener', async () => {
      const { here, there } = await open();
      const removed: string[] = [];
      here.onNodeDown(() => {
        throw new Error('a listener that fails');
      });
      const remove = here.onNodeDown((node) => removed.push(node));
      const down = downOf(here);
      remove();
      remove();
      await there.close();
      await eventually(() => {
        expect(down).toEqual([there.id]);
      });
      expect(removed).toEqual([]);
    });
  });
}
