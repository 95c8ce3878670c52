import { join } from 'node:path';
import { startChild } from '../process.ts';
import type { Load } from './load.ts';
import type { LoadReply, LoadRequest } from './main.ts';

/** The load of `cluster-fan-out` in a separate process, so that it does not affect the times that this process measures. */
export interface FanOutProcess {
  /** Runs `work` while messages are sent and delivered. Rejects if the fan-out fails. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** @param load the load of a deployment, which ends the process when it stops */
export async function startFanOut({ target, deployment }: Load, quick: boolean): Promise<FanOutProcess> {
  const args = ['--conditions=@usher/source', join(import.meta.dirname, 'main.ts')];
  const child = await startChild(process.execPath, args, { name: 'the load of cluster-fan-out' });
  deployment.beforeStop(() => child.end());
  const ask = async (request: LoadRequest): Promise<void> => {
    const reply = (await child.ask(request, 60_000)) as LoadReply;
    if (!reply.ok) throw new Error(`the fan-out failed: ${reply.reason}`);
  };
  await ask({ ask: 'prepare', measurement: 'cluster-fan-out', quick, target });
  return {
    async during(work) {
      let isOver = false;
      const rounds = async (): Promise<void> => {
        while (!isOver) await ask({ ask: 'round' });
      };
      const [result] = await Promise.all([
        work().finally(() => {
          isOver = true;
        }),
        rounds(),
      ]);
      return result;
    },
  };
}
