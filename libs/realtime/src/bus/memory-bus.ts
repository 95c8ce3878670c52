import type { Bus } from './bus.ts';
import { type Logger, silent } from '../support/log.ts';

interface Subscription {
  readonly receive: (payload: string) => void;
  live: boolean;
}

/**
 * A bus within one process. Nothing is ever lost on it, so `missed` is never called. `publish` has delivered when it
 * returns, unless it was called by a receiver: then what was under way is delivered first.
 */
export function createMemoryBus(options: { readonly log?: Logger } = {}): Bus {
  const log = options.log ?? silent;
  const topics = new Map<string, Subscription[]>();
  const queue: { readonly topic: string; readonly payload: string }[] = [];
  let delivering = false;

  function deliver(topic: string, payload: string): void {
    for (const subscription of topics.get(topic) ?? []) {
      if (!subscription.live) continue;
      try {
        subscription.receive(payload);
      } catch (error) {
        log.error({ err: error, topic }, 'a receiver failed');
      }
    }
  }

  return {
    publish(topic, payload) {
      queue.push({ topic, payload });
      if (delivering) return;
      delivering = true;
      // Grows while it is walked, by receivers that publish.
      for (const next of queue) deliver(next.topic, next.payload);
      queue.length = 0;
      delivering = false;
    },
    subscribe(topic, receive) {
      const subscription = { receive, live: true };
      // Lists are replaced, never changed: one that is being walked stays as it is.
      topics.set(topic, [...(topics.get(topic) ?? []), subscription]);
      return () => {
        subscription.live = false;
        const left = (topics.get(topic) ?? []).filter((other) => other !== subscription);
        if (left.length > 0) topics.set(topic, left);
        else topics.delete(topic);
      };
    },
  };
}
