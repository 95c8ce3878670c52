import { readFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

/** What `node --cpu-prof` writes (the Chrome DevTools Protocol's `Profiler.Profile`), as far as it is looked at here. */
const profileSchema = Type.Object({
  nodes: Type.Array(
    Type.Object({
      id: Type.Number(),
      callFrame: Type.Object({ functionName: Type.String(), url: Type.String(), lineNumber: Type.Number() }),
      children: Type.Optional(Type.Array(Type.Number())),
    }),
    { minItems: 1 },
  ),
  samples: Type.Array(Type.Number()),
  timeDeltas: Type.Array(Type.Number()),
});
type Profile = Static<typeof profileSchema>;

/** A function as it was called from its callers: time in microseconds, with and without what it called. */
export interface Call {
  readonly name: string;
  /** Where it stands: a file of the workspace, a package, or a part of Node; empty for what is no JavaScript. */
  readonly place: string;
  total: number;
  self: number;
  readonly callees: Map<string, Call>;
}

/** Nothing is done there, or it cannot be said what. */
const notWork = new Set(['(idle)', '(program)']);
/** A server's start, which is over before anything is measured. */
const loading = /^node:internal\/(?:modules|main|process\/pre_execution|bootstrap)/;

/** @throws Error when the file holds no CPU profile. */
export function readProfile(file: string): Call {
  const profile: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Value.Check(profileSchema, profile)) throw new Error(`${file} is no CPU profile`);
  return callsOf(profile);
}

/** All calls as one tree; the same function below the same callers is one. */
export function callsOf({ nodes, samples, timeDeltas }: Profile): Call {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const selfTimes = new Map<number, number>();
  for (const [at, id] of samples.entries()) selfTimes.set(id, (selfTimes.get(id) ?? 0) + (timeDeltas[at] ?? 0));

  function add(id: number, into: Call): number {
    const node = byId.get(id);
    if (node === undefined) return 0;
    const { functionName, url, lineNumber } = node.callFrame;
    if (notWork.has(functionName) || loading.test(url)) return 0;
    const place = placeOf(url);
    const key = `${functionName} ${place} ${lineNumber}`;
    let call = into.callees.get(key);
    if (call === undefined) {
      call = { name: functionName === '' ? 'anonymous' : functionName, place, total: 0, self: 0, callees: new Map() };
      into.callees.set(key, call);
    }
    const self = selfTimes.get(id) ?? 0;
    let total = self;
    for (const callee of node.children ?? []) total += add(callee, call);
    call.self += self;
    call.total += total;
    return total;
  }

  const all: Call = { name: 'all', place: '', total: 0, self: 0, callees: new Map() };
  const [root] = nodes;
  for (const callee of root?.children ?? []) all.total += add(callee, all);
  return all;
}

function placeOf(url: string): string {
  const [, installed] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url) ?? [];
  if (installed !== undefined) return installed;
  const [, ours] = /\/((?:apps|libs)\/[^?]+)$/.exec(url) ?? [];
  return ours ?? url;
}
