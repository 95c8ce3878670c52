import Fastify, { type FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';
import { schemaCompilers, setValidators } from './schema-compilers.ts';

const invalid = { $ref: 'missing#' };

function appWith(isEager: boolean, schema: object): FastifyInstance {
  const app = Fastify({ schemaController: { compilersFactory: schemaCompilers(isEager) } });
  onTestFinished(() => app.close());
  setValidators(app, isEager);
  app.get('/things/:id', { schema }, () => ({ id: 'a', secret: 'b' }));
  return app;
}

test('the schemas of all routes compile', async () => {
  const { app } = await newApp({}, '/nowhere', { compilesSchemas: true });
  expect(app.openApi().paths).toHaveProperty('/api/rooms');
});

test.each([
  ['response', { response: { 200: invalid } }, 'FST_ERR_SCH_SERIALIZATION_BUILD'],
  ['request', { params: { type: 'string', pattern: '(' } }, 'FST_ERR_SCH_VALIDATION_BUILD'],
])('an eager app rejects an invalid schema of a %s', async (_, schema, code) => {
  await expect(appWith(true, schema).ready()).rejects.toMatchObject({ code });
});

test('a lazy app compiles a schema when its route is first used', async () => {
  const app = appWith(false, { response: { 200: invalid } });
  await app.ready();
  expect((await app.inject('/things/1')).statusCode).toBe(500);
});

describe.each([
  ['lazy', false],
  ['eager', true],
])('an %s app', (_, isEager) => {
  const schema = {
    params: Type.Object({ id: Type.Integer({ minimum: 1 }) }),
    response: { 200: Type.Object({ id: Type.String() }) },
  };

  test('serializes the properties of the schema only, at every call', async () => {
    const app = appWith(isEager, schema);
    for (const id of [1, 2]) expect((await app.inject(`/things/${id}`)).body).toBe('{"id":"a"}');
  });

  test('rejects parameters that the schema does not allow, at every call', async () => {
    const app = appWith(isEager, schema);
    for (const id of ['0', 'x']) {
      const { statusCode, body } = await app.inject(`/things/${id}`);
      expect(statusCode).toBe(400);
      expect(JSON.parse(body)).toMatchObject({
        code: 'FST_ERR_VALIDATION',
        message: expect.stringMatching(/^params/) as string,
      });
    }
  });
});
