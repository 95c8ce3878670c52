import type { Command, Redis } from 'ioredis';

/**
 * Makes a client write the commands of one turn of the event loop together, and those that follow when Redis has replied to the last one of
 * the previous write: each write costs Redis and this process more than a command. Like the option `enableAutoPipelining`, which it replaces
 * for a client of one server or Sentinel, but without the second object per command.
 */
export function batchWrites(redis: Redis): void {
  const send = redis.sendCommand.bind(redis);
  /** The socket whose writes are held back. A reconnect replaces it. */
  let corked: Redis['stream'] | undefined;
  let last: Command | undefined;
  /** Redis has not replied to the last command of the previous write. */
  let waitsFor: Redis['stream'] | undefined;
  let isDue = false;

  function flush(): void {
    const stream = corked;
    const command = last;
    if (stream === undefined || command === undefined) return;
    corked = undefined;
    isDue = false;
    waitsFor = stream;
    const replied = (): void => {
      if (waitsFor !== stream) return;
      waitsFor = undefined;
      if (isDue) flush();
    };
    command.promise.then(replied, replied);
    stream.uncork();
  }

  function due(): void {
    isDue = true;
    if (waitsFor === undefined || waitsFor !== corked) flush();
  }

  redis.sendCommand = (command, stream) => {
    if (stream !== undefined || redis.status !== 'ready') return send(command, stream);
    if (corked !== redis.stream) {
      corked = redis.stream;
      isDue = false;
      corked.cork();
      setImmediate(due);
    }
    last = command;
    return send(command);
  };
}
