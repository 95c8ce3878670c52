import type { Call } from './cpu-profile.ts';

/** Whose time it is. The first that fits. */
const kinds: readonly (readonly [kind: string, name: RegExp | undefined, place: RegExp | undefined])[] = [
  ['the kernel’s writes', /^(?:writev|write(?:Utf8String|Latin1String|Buffer))$/, undefined],
  ['the kernel’s accepting, closing, addresses', /^(?:close|onconnection|Socket\._getpeername)$/, undefined],
  ['garbage collection', /^\(garbage collector\)$/, undefined],
  ['SQLite', undefined, /^apps\/api\/src\/(?:database\/|.*sqlite)/],
  ['tickets and the gate', undefined, /^libs\/ticket\//],
  ['connections and rooms', undefined, /^libs\/(?:realtime|protocol)\//],
  ['the API', undefined, /^apps\/api\//],
  ['Fastify and its plugins', undefined, /^(?:@?fastify|find-my-way|@fastify\/.*|fast-.*|lru-cache)$/],
  ['`ws`', undefined, /^ws$/],
  ['log and metrics', undefined, /^(?:pino|@pinojs\/.*|prom-client|sonic-boom)$/],
  ['Node’s HTTP', undefined, /^node:_http/],
  ['Node’s sockets and streams', undefined, /^node:(?:net|stream|internal\/stream)/],
  ['Node’s crypto', undefined, /^node:(?:internal\/)?crypto/],
];
const others = 'everything else';

/** The kind of work that a call itself does, without what it calls. */
export function kindOf({ name, place }: Pick<Call, 'name' | 'place'>): string {
  const [kind] = kinds.find(([, byName, byPlace]) => byName?.test(name) ?? byPlace?.test(place) ?? false) ?? [others];
  return kind;
}

export interface Share {
  readonly kind: string;
  /** Of the time in which the process worked, from 0 to 1. */
  readonly share: number;
}

/** How the work of a process is shared out, the largest first. */
export function sharesOf(all: Call): Share[] {
  const times = new Map<string, number>();
  const add = (call: Call): void => {
    const kind = kindOf(call);
    times.set(kind, (times.get(kind) ?? 0) + call.self);
    for (const callee of call.callees.values()) add(callee);
  };
  for (const callee of all.callees.values()) add(callee);
  return [...times]
    .map(([kind, time]) => ({ kind, share: all.total === 0 ? 0 : time / all.total }))
    .sort((one, other) => other.share - one.share);
}
