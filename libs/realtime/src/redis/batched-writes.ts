import type { Command, Redis } from 'ioredis';

/** A write of at least this many commands shows that many callers wait at the same time. */
const manyCommands = 4;
/** How long to collect commands after the replies to such a write, in milliseconds. */
const collectMs = 1;

/**
 * Makes a client write the commands of one turn of the event loop together, and those that follow when Redis has replied to the last one of
 * the previous write: each write costs Redis and this process more than a command. While many callers wait, it collects commands for one
 * millisecond more, which a caller that waits alone never does. Like the option `enableAutoPipelining`, which it replaces for a client of
 * one server or Sentinel, but without the second object per command.
 */
export function batchWrites(redis: Redis): void {
  const send = redis.sendCommand.bind(redis);
  /** The socket whose writes are held back. A reconnect replaces it. */
  let corked: Redis['stream'] | undefined;
  let last: Command | undefined;
  /** The number of commands that are held back. */
  let count = 0;
  /** Redis has not replied to the last command of the previous write. */
  let waitsFor: Redis['stream'] | undefined;
  let isDue = false;

  function flush(): void {
    const stream = corked;
    const command = last;
    if (stream === undefined || command === undefined) return;
    const isBusy = count >= manyCommands;
    corked = undefined;
    isDue = false;
    count = 0;
    waitsFor = stream;
    const proceed = (): void => {
      if (waitsFor !== stream) return;
      waitsFor = undefined;
      if (isDue) flush();
    };
    const replied = (): void => {
      if (isBusy) setTimeout(proceed, collectMs);
      else proceed();
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
      count = 0;
      corked.cork();
      setImmediate(due);
    }
    last = command;
    count += 1;
    return send(command);
  };
}
