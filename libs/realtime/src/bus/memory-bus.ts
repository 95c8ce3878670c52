import type { Bus } from './bus.ts';
import { type Logger, silent } from '../support/log.ts';

interface Subscription {
  readonly receive: (payload: string) => void;
  live: boolean;
}

/**
 * A bus within one process. It never loses messages, so it never calls `missed`. `publish` delivers before it returns, except when
 * a receiver calls it: then the payload is queued until the current delivery ends.
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
        log.error({ err: error, topic }, 'a bus receiver threw');
      }
    }
  }

  return {
    publish(topic, payload) {
      queue.push({ topic, payload });
      if (delivering) return;
      delivering = true;
      // Receivers that publish extend the queue during iteration.
      for (const next of queue) deliver(next.topic, next.payload);
      queue.length = 0;
      delivering = false;
    },
    subscribe(topic, receive) {
      const subscription = { receive, live: true };
      // Lists are replaced, never mutated, so that an iteration in progress is unaffected.
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
