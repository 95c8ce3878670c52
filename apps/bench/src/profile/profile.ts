import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse, type Spec, View } from 'vega';
import type { Measurement } from '../measurement.ts';
import { table } from '../report/markdown.ts';

/** The parts of a `node --cpu-prof` file (`Profiler.Profile` of the Chrome DevTools Protocol) that the summary needs. */
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

/** A function below one chain of callers. */
export interface Frame {
  readonly id: string;
  /** The caller; absent for the root, which represents the whole profile. */
  readonly parent?: string;
  /** The function and its file or package. */
  readonly label: string;
  /** A category of `kinds`. */
  readonly kind: string;
  /** Microseconds in the function itself, without its callees. */
  self: number;
}

/** Categories of work. The first match applies: by function name, or by file or package. */
const kinds: readonly (readonly [kind: string, name: RegExp | undefined, place: RegExp | undefined])[] = [
  ['kernel: write', /^(?:writev|write(?:Utf8String|Latin1String|Buffer))$/, undefined],
  ['kernel: accept, close, addresses', /^(?:close|onconnection|Socket\._getpeername)$/, undefined],
  ['garbage collection', /^\(garbage collector\)$/, undefined],
  [
    'SQLite and Kysely',
    undefined,
    /^(?:kysely$|apps\/api\/src\/(?:database\/|auth\/session-status|rooms\/room-access|.*sqlite))/,
  ],
  ['PostgreSQL client', undefined, /^pg(?:-.*)?$/],
  ['Redis client', undefined, /^(?:@?ioredis(?:\/.*)?|redis-.*)$/],
  ['tickets and the gate', undefined, /^libs\/ticket\//],
  ['connections and rooms', undefined, /^libs\/(?:realtime|protocol)\//],
  ['the API', undefined, /^apps\/api\//],
  ['Fastify and its plugins', undefined, /^(?:@?fastify|find-my-way|@fastify\/.*|fast-.*|lru-cache)$/],
  ['ws', undefined, /^ws$/],
  ['log and metrics', undefined, /^(?:pino|@pinojs\/.*|prom-client|sonic-boom)$/],
  ['Node: HTTP', undefined, /^node:_http/],
  ['Node: sockets and streams', undefined, /^node:(?:net|stream|internal\/stream)/],
  ['Node: crypto', undefined, /^node:(?:internal\/)?crypto/],
];

const otherKind = 'everything else';

/** V8's entries for time without work, or work that it cannot attribute. */
const notWork = new Set(['(idle)', '(program)']);
/** The start of Node, which ends before the measurement begins. */
const startup = /^node:internal\/(?:modules|main|process\/pre_execution|bootstrap)/;

/** @returns the category of the work that a function does itself */
export function kindOf(name: string, place: string): string {
  const found = kinds.find(([, byName, byPlace]) => byName?.test(name) ?? byPlace?.test(place) ?? false);
  return found?.[0] ?? otherKind;
}

/**
 * Reads a CPU profile as a list of frames, each after its caller. Calls of one function by the same chain of callers are one
 * frame. Idle time and the start of the process are left out.
 *
 * @throws Error if `profile` is not a CPU profile
 */
export function framesOf(profile: unknown): Frame[] {
  if (!Value.Check(profileSchema, profile)) throw new Error('not a CPU profile');
  const { nodes, samples, timeDeltas } = profile;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const selfTimes = new Map<number, number>();
  for (const [at, id] of samples.entries()) selfTimes.set(id, (selfTimes.get(id) ?? 0) + (timeDeltas[at] ?? 0));
  const root: Frame = { id: 'all', label: 'all', kind: 'all', self: 0 };
  const frames = new Map([[root.id, root]]);

  function add({ id, callFrame, children = [] }: Static<typeof profileSchema>['nodes'][number], parent: string): void {
    const { functionName, url, lineNumber } = callFrame;
    if (notWork.has(functionName) || startup.test(url)) return;
    const name = functionName === '' ? 'anonymous' : functionName;
    const place = placeOf(url);
    const key = `${parent}\n${name} ${place} ${lineNumber}`;
    const label = `${name} ${place}`.trim();
    const frame = frames.get(key) ?? { id: key, parent, label, kind: kindOf(name, place), self: 0 };
    frame.self += selfTimes.get(id) ?? 0;
    frames.set(key, frame);
    addAll(children, key);
  }
  function addAll(ids: readonly number[], parent: string): void {
    for (const id of ids) {
      const node = byId.get(id);
      if (node !== undefined) add(node, parent);
    }
  }
  addAll(nodes[0]?.children ?? [], root.id);
  return [...frames.values()];
}

/** @returns a path below the workspace, a package name, or the URL of a part of Node */
function placeOf(url: string): string {
  const [, installed] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url) ?? [];
  const [, ours] = /\/((?:apps|libs)\/[^?]+)$/.exec(url) ?? [];
  return installed ?? ours ?? url;
}

export interface Share {
  readonly kind: string;
  /** The share of the working time, from 0 to 1. */
  readonly share: number;
}

/** @returns the share of each category, the largest first */
export function sharesOf(frames: readonly Frame[]): Share[] {
  const total = frames.reduce((sum, { self }) => sum + self, 0);
  const byKind = Map.groupBy(
    frames.filter(({ self }) => self > 0),
    ({ kind }) => kind,
  );
  return [...byKind]
    .map(([kind, own]) => ({ kind, share: own.reduce((sum, { self }) => sum + self, 0) / total }))
    .sort((one, other) => other.share - one.share);
}

const rowHeight = 17;

/** Renders frames as a flame graph in SVG: callers above callees, widths by time, colors by category. */
export function flame(title: string, frames: readonly Frame[]): Promise<string> {
  const spec: Spec = {
    width: 1_200,
    height: rowHeight,
    background: 'white',
    title,
    config: { title: { anchor: 'start' } },
    data: [
      {
        name: 'frames',
        values: [...frames],
        transform: [
          { type: 'stratify', key: 'id', parentKey: 'parent' },
          { type: 'partition', field: 'self', size: [{ signal: 'width' }, 1] },
          // Narrower boxes would not be readable.
          { type: 'filter', expr: 'datum.depth > 0 && datum.x1 - datum.x0 >= 2' },
          { type: 'formula', as: 'top', expr: `(datum.depth - 1) * ${rowHeight}` },
        ],
      },
    ],
    scales: [
      {
        name: 'kind',
        type: 'ordinal',
        domain: [...kinds.map(([kind]) => kind), otherKind],
        range: { scheme: 'category20' },
      },
    ],
    legends: [{ fill: 'kind', direction: 'horizontal', orient: 'top', columns: 5, labelLimit: 220 }],
    marks: [
      {
        type: 'rect',
        from: { data: 'frames' },
        encode: {
          enter: {
            x: { field: 'x0' },
            x2: { field: 'x1' },
            y: { field: 'top' },
            height: { value: rowHeight },
            fill: { scale: 'kind', field: 'kind' },
            stroke: { value: 'white' },
            description: { signal: "datum.label + ': ' + format((datum.x1 - datum.x0) / width, '.1%')" },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'frames' },
        encode: {
          enter: {
            x: { field: 'x0', offset: 2 },
            y: { field: 'top', offset: 12 },
            limit: { signal: 'datum.x1 - datum.x0 - 4' },
            text: { signal: "datum.x1 - datum.x0 < 24 ? '' : datum.label" },
            fontSize: { value: 11 },
          },
        },
      },
    ],
  };
  return new View(parse(spec), { renderer: 'none' }).toSVG();
}

type Shares = Readonly<Record<string, { readonly title: string; readonly shares: readonly Share[] }>>;

/** @returns the file name of a measurement's CPU profile */
export function profileName({ name }: Pick<Measurement, 'name'>): string {
  return `${name}.cpuprofile`;
}

/**
 * Summarizes the CPU profile of a measurement in `folder`: writes its flame graph, and adds its shares to `profiles.json` and
 * `profiles.md`.
 *
 * @throws Error if the profile is missing or invalid
 */
export async function summarizeProfile(
  folder: string,
  measurement: Pick<Measurement, 'name' | 'title'>,
): Promise<void> {
  const { name, title } = measurement;
  const frames = framesOf(JSON.parse(readFileSync(join(folder, profileName(measurement)), 'utf8')));
  writeFileSync(join(folder, `${name}.flame.svg`), await flame(title, frames));
  const file = join(folder, 'profiles.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Shares) : {};
  const all: Shares = { ...before, [name]: { title, shares: sharesOf(frames) } };
  writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(join(folder, 'profiles.md'), profilesMarkdown(all));
}

/** Renders `docs/benchmarks/profiles/profiles.md`. */
function profilesMarkdown(all: Shares): string {
  const parts = Object.entries(all).flatMap(([name, { title, shares }]) => [
    `## ${title}`,
    table(
      ['category', 'share of the CPU time'],
      shares.map(({ kind, share }) => [kind, `${(share * 100).toFixed(1)} %`]),
    ),
    `![Flame graph of ${name}](${name}.flame.svg)`,
  ]);
  const intro = `Produced by \`npm run bench -- --peer usher --profile FOLDER --out FOLDER\`: CPU time of Usher's process under load, without its start. Each function is
counted without its callees. Profiling slows the server down, so all other figures come from runs without it.`;
  return `${['# CPU profiles', intro, ...parts].join('\n\n')}\n`;
}
