import { join } from 'node:path';
import { startChild } from '../child.ts';
import type { Target } from './load.ts';

/** A process of its own full of strangers, so that they do not delay the members' clocks. */
export interface Strangers {
  begin(perSecond: number): Promise<void>;
  /** Resolves to how many a second were refused. */
  end(): Promise<number>;
}

export async function startStrangers(target: Target): Promise<Strangers> {
  const child = await startChild(process.execPath, [join(import.meta.dirname, 'strangers-main.ts')], {
    name: 'the strangers',
  });
  return {
    async begin(perSecond) {
      await child.ask({ ask: 'begin', target, perSecond } satisfies StrangersRequest, 5_000);
    },
    async end() {
      const { refusedPerSecond } = (await child.ask(
        { ask: 'end' } satisfies StrangersRequest,
        5_000,
      )) as StrangersAnswer;
      return refusedPerSecond;
    },
  };
}

export type StrangersRequest =
  { readonly ask: 'begin'; readonly target: Target; readonly perSecond: number } | { readonly ask: 'end' };

export interface StrangersAnswer {
  readonly refusedPerSecond: number;
}
