import type { Protocol } from '@usher/protocol';
import type { ConnectionFilter, Connections } from '@usher/realtime';

type Member = Pick<
  Connections<Protocol>,
  'size' | 'list' | 'count' | 'close' | 'onOpened' | 'onClosed' | 'drain' | 'stop'
>;

/** The connections of several protocols, for everything that applies to all of them: limits, revocation and shutdown. */
export class ConnectionGroup implements Member {
  readonly #members: readonly Member[];

  constructor(members: readonly Member[]) {
    this.#members = members;
  }

  get size(): number {
    return this.#sum(({ size }) => size);
  }

  list(filter?: ConnectionFilter): ReturnType<Member['list']> {
    return this.#members.flatMap((member) => member.list(filter));
  }

  count(filter?: ConnectionFilter): number {
    return this.#sum((member) => member.count(filter));
  }

  close(...args: Parameters<Member['close']>): number {
    return this.#sum((member) => member.close(...args));
  }

  onOpened(listener: Parameters<Member['onOpened']>[0]): () => void {
    return endAll(this.#members.map((member) => member.onOpened(listener)));
  }

  onClosed(listener: Parameters<Member['onClosed']>[0]): () => void {
    return endAll(this.#members.map((member) => member.onClosed(listener)));
  }

  async drain(durationMs: number, withinMs?: number): Promise<number> {
    const unfinished = await Promise.all(this.#members.map((member) => member.drain(durationMs, withinMs)));
    return unfinished.reduce((sum, count) => sum + count, 0);
  }

  stop(): void {
    for (const member of this.#members) member.stop();
  }

  #sum(valueOf: (member: Member) => number): number {
    let sum = 0;
    for (const member of this.#members) sum += valueOf(member);
    return sum;
  }
}

function endAll(ends: readonly (() => void)[]): () => void {
  return () => {
    for (const end of ends) end();
  };
}
