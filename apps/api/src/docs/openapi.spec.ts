import { Validator } from '@seriousme/openapi-schema-validator';
import { problem, type ProblemCode, problems } from '@usher/protocol';
import Fastify, { type FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import Schema from 'typebox/schema';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { requireDocumented, withComponents } from '../testing/documented-responses.ts';
import { newApp } from '../testing/new-app.ts';
import { operationsBeforeTheRouter } from './before-the-router.ts';
import { openApi, type OpenApiDocument, type Operation } from './openapi.ts';
import { security, tags } from './operations.ts';
import { problemSchema } from './problems.ts';

/** The routes of the router as `GET /api/rooms/{room}`, sorted. HEAD, which each GET route handles too, is omitted. */
function registeredRoutes(app: FastifyInstance): string[] {
  const routes: string[] = [];
  const parents: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', segment = '', methods = ''] =
      /^((?:│ {3}| {4})*)[├└]── (\S*) \(([A-Z, ]+)\)$/.exec(line) ?? [];
    if (segment === '') continue;
    const depth = indent.length / 4;
    parents.length = depth;
    const path = `${parents.join('')}${segment}`;
    parents.push(segment);
    for (const method of methods.split(', ').filter((name) => name !== 'HEAD')) {
      routes.push(`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    }
  }
  return routes.toSorted();
}

function operationsOf({ paths }: Pick<OpenApiDocument, 'paths'>): [string, Operation][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

const beforeTheRouter = operationsOf({ paths: operationsBeforeTheRouter as unknown as OpenApiDocument['paths'] }).map(
  ([name]) => name,
);

/** The routes of an app without those of the document, and the reverse. Both are empty if they agree. */
function differences(app: FastifyInstance): { readonly undocumented: string[]; readonly missing: string[] } {
  const documented = operationsOf(app.openApi()).map(([name]) => name);
  const registered = [...registeredRoutes(app), ...beforeTheRouter];
  return {
    undocumented: registered.filter((name) => !documented.includes(name)),
    missing: documented.filter((name) => !registered.includes(name)),
  };
}

const complete = {
  operationId: 'getThing',
  summary: 'Get a thing',
  tags: [tags.rooms],
  security: security.none,
  response: { 200: Type.Object({ thing: Type.String() }) },
};

/** An app with the description and two routes: `/thing`, and `/other` with the given options. */
async function smallApp(options: object): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(openApi);
  app.get('/thing', { schema: complete }, () => ({ thing: 'x' }));
  app.get('/other', options, () => ({ thing: 'x' }));
  await app.ready();
  return app;
}

describe('the OpenAPI document', () => {
  test('is a valid OpenAPI 3.1 document', async () => {
    const { app } = await newApp();
    const document = structuredClone(app.openApi());
    const { valid, errors } = await new Validator().validate({ ...document });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
    const broken = { ...document, paths: { '/thing': { get: { responses: { 200: {} } } } } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  test('has the routes of the running app, and no others', async () => {
    const { app } = await newApp();
    expect(registeredRoutes(app).length).toBeGreaterThanOrEqual(20);
    expect(differences(app)).toEqual({ undocumented: [], missing: [] });
  });

  test('contains the operations that the server handles before its router', async () => {
    const { call, dial, signIn, ticket } = await newApp();
    expect(await call('GET', '/api/ws_ticket')).toMatchObject({ status: 401, json: { code: 'missing_token' } });
    expect(await call('GET', '/api/ws')).toMatchObject({ status: 426, json: { code: 'upgrade_required' } });
    expect(await dial(`?ticket=${await ticket(await signIn())}`)).not.toHaveProperty('status');
  });

  test('has a unique operationId for each operation', async () => {
    const { app } = await newApp();
    const ids = operationsOf(app.openApi()).map(([, { operationId }]) => operationId);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test('has an example for each JSON body, and all examples match their schemas', async () => {
    const { app } = await newApp();
    const document = app.openApi();
    let count = 0;
    for (const [name, { requestBody, responses }] of operationsOf(document)) {
      const bodies = [requestBody, ...Object.values(responses)].flatMap((body) => Object.entries(body?.content ?? {}));
      for (const [type, { schema, example, examples = {} }] of bodies) {
        if (!type.endsWith('json')) continue;
        const ofSchema = (schema as { examples?: unknown[] }).examples ?? [];
        const values = [...Object.values(examples).map(({ value }) => value), ...ofSchema];
        if (example !== undefined) values.push(example);
        const shown = values.length > 0 ? values : examplesOfReference(document, schema);
        expect(shown, `${name} ${type}: add examples to the schema`).not.toHaveLength(0);
        for (const value of shown) {
          expect({ name, value, errors: Schema.Errors(withComponents(document, schema), value)[1] }).toMatchObject({
            errors: [],
          });
          count += 1;
        }
      }
    }
    expect(count).toBeGreaterThan(100);
  });

  test('lists only codes with the status of their response', async () => {
    const { app } = await newApp();
    for (const [name, { responses }] of operationsOf(app.openApi())) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const { schema } = content['application/problem+json'] ?? {};
        const codes = (schema as { properties: { code: { enum: ProblemCode[] } } } | undefined)?.properties.code.enum;
        for (const code of codes ?? [])
          expect(`${name} ${code} ${problems[code].status}`).toBe(`${name} ${code} ${status}`);
      }
    }
  });
});

test('every problem document of the server matches the schema', () => {
  for (const code of Object.keys(problems) as ProblemCode[]) {
    expect(Value.Check(problemSchema, problem(code, 1_000)), code).toBe(true);
  }
});

describe('drift', () => {
  test('a route without declarations is an error that names what to add', async () => {
    const app = await smallApp({});
    expect(() => app.openApi()).toThrow(
      /GET \/other:[^]*schema\.operationId[^]*schema\.summary[^]*schema\.tags[^]*schema\.security/,
    );
    await app.close();
  });

  test('a hidden route is undocumented', async () => {
    const app = await smallApp({ schema: { ...complete, operationId: 'getOther', hide: true } });
    expect(differences(app).undocumented).toEqual(['GET /other']);
    await app.close();
  });

  test('a documented route that does not exist is missing', async () => {
    const app = await smallApp({ schema: { ...complete, operationId: 'getOther' } });
    expect(differences(app)).toEqual({ undocumented: [], missing: [] });
    (app.openApi().paths as Record<string, unknown>)['/gone'] = { get: {} };
    expect(differences(app).missing).toEqual(['GET /gone']);
    await app.close();
  });

  test('responses with a status, code, type or body that is not documented are errors', async () => {
    const { app } = await newApp();
    const headers = new Headers({ 'content-type': 'application/json; charset=utf-8' });
    const problemType = new Headers({ 'content-type': 'application/problem+json' });
    const me = { method: 'GET', path: '/api/me', status: 200, headers };
    const json = { user: 'maggie', roles: [], session: 's', expires: 1 };
    const check = (response: object) => () => {
      requireDocumented(app, { ...me, json, ...response });
    };
    expect(check({})).not.toThrow();
    expect(check({ status: 202 })).toThrow('GET /api/me: 202');
    expect(check({ json: { user: 'maggie' } })).toThrow('not documented');
    expect(check({ headers: new Headers({ 'content-type': 'text/html' }) })).toThrow('text/html');
    const taken = { status: 401, headers: problemType, json: problem('invalid_ticket') };
    expect(check(taken)).toThrow('not documented');
    expect(check({ ...taken, json: problem('session_ended') })).not.toThrow();
    expect(check({ path: '/api/nowhere' })).toThrow('no such operation');
  });
});

/** The examples of a named schema, which describe every use of it. */
function examplesOfReference({ components }: OpenApiDocument, schema: object): readonly unknown[] {
  const [, name = ''] = /^#\/components\/schemas\/(\w+)$/.exec((schema as { $ref?: string }).$ref ?? '') ?? [];
  return (components.schemas[name] as { examples?: readonly unknown[] } | undefined)?.examples ?? [];
}
