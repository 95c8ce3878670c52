import { Parser } from '@asyncapi/parser';
import Schema from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import { createAsyncApi } from './asyncapi.ts';
import { closeCodes } from './close-codes.ts';
import { compileProtocol } from './compile.ts';
import { defineProtocol } from './define-protocol.ts';
import { messageSchema } from './room-parts.ts';
import { roomsProtocol } from './rooms.ts';
import { Type } from './server.ts';

interface Message {
  readonly payload: object;
  readonly examples: readonly { readonly payload: { readonly type: string } }[];
}

interface Operation {
  readonly action: string;
  readonly messages: readonly { readonly $ref: string }[];
  readonly reply?: { readonly messages: readonly { readonly $ref: string }[] };
}

interface AsyncApi {
  readonly channels: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>>; readonly schemas: object };
}

const shop = defineProtocol({
  name: 'shop.v1',
  requests: {
    order: {
      params: Type.Object({ item: Type.String() }, { description: 'Orders an item.', examples: [{ item: 'tea' }] }),
      reply: Type.Object({ number: Type.Integer() }, { examples: [{ number: 7 }] }),
    },
  },
  events: { sold_out: Type.Object({ item: Type.String() }, { examples: [{ item: 'tea' }] }) },
  errors: ['sold_out'],
});

const options = { title: 'Usher', version: '1.0.0', schemas: { Message: messageSchema } };
const rooms = createAsyncApi({ ...options, protocols: [roomsProtocol] }) as unknown as AsyncApi;
const both = createAsyncApi({ ...options, protocols: [roomsProtocol, shop] }) as unknown as AsyncApi;

/** The severities of errors and warnings, which make a document invalid or incomplete. */
const reported: readonly number[] = [0, 1];

const parser = new Parser();

async function diagnose(document: object): Promise<string[]> {
  const diagnostics = await parser.validate(JSON.stringify(document));
  return diagnostics
    .filter(({ severity }) => reported.includes(severity))
    .map(({ code, message, path }) => `${code} ${message} ${path.join('/')}`);
}

describe('the AsyncAPI document', () => {
  // The parser applies many rules, each of which searches the whole document.
  test('is valid', { timeout: 60_000 }, async () => {
    expect(await diagnose(both)).toEqual([]);
    const broken = structuredClone(rooms) as { operations: Record<string, unknown> };
    broken.operations['usher.v1.client.send'] = { action: 'receive' };
    expect(await diagnose(broken)).not.toEqual([]);
  });

  test.each([
    ['the rooms protocol', roomsProtocol, rooms],
    ['an own protocol', shop, both],
  ])('has an operation for each message of %s, with its reply and the error', (_, protocol, { operations }) => {
    const { name, requests, signals, events } = protocol;
    const ofProtocol = Object.entries(operations).filter(([key]) => key.startsWith(`${name}.`));
    expect(new Set(ofProtocol.map(([key]) => key))).toEqual(
      new Set([
        ...Object.keys({ ...requests, ...signals }).map((type) => `${name}.client.${type}`),
        ...Object.keys(events).map((type) => `${name}.server.${type}`),
      ]),
    );
    const messages = `#/channels/${name}/messages`;
    for (const type of Object.keys(requests)) {
      expect(operations[`${name}.client.${type}`]).toMatchObject({
        action: 'receive',
        messages: [{ $ref: `${messages}/client.${type}` }],
        reply: { messages: [{ $ref: `${messages}/reply.${type}` }, { $ref: `${messages}/error` }] },
      });
    }
    for (const type of Object.keys(signals)) expect(operations[`${name}.client.${type}`]).not.toHaveProperty('reply');
    for (const type of Object.keys(events)) {
      expect(operations[`${name}.server.${type}`]).toMatchObject({ action: 'send' });
    }
  });

  test('has the error codes, the close codes and the ticket', () => {
    expect(rooms.components.messages['usher.v1.error']?.payload).toMatchObject({
      properties: { code: { enum: roomsProtocol.errors } },
    });
    const channel = rooms.channels['usher.v1'];
    expect(channel?.['x-close-codes']).toMatchObject(closeCodes);
    expect(channel).toMatchObject({ address: '/api/ws', bindings: { ws: { query: { required: ['ticket'] } } } });
  });

  test('has examples that match their schemas, and that the server accepts', () => {
    const codec = compileProtocol(roomsProtocol);
    const shopCodec = compileProtocol(shop);
    const { messages, schemas } = both.components;
    for (const [key, { payload, examples }] of Object.entries(messages)) {
      expect(examples, `${key}: add examples to the schema`).not.toHaveLength(0);
      for (const example of examples) {
        const schema = { allOf: [payload], components: { schemas } };
        expect({ key, errors: Schema.Errors(schema, example.payload)[1] }).toEqual({ key, errors: [] });
        if (!key.includes('.client.')) continue;
        const decoded = (key.startsWith('shop') ? shopCodec : codec).decode(JSON.stringify(example.payload));
        expect(decoded).toMatchObject({ type: example.payload.type });
      }
    }
    expect(Object.keys(messages).length).toBeGreaterThan(30);
  });

  test('refers to named schemas instead of repeating them', () => {
    expect(JSON.stringify(rooms.components.messages['usher.v1.reply.join'])).toContain('#/components/schemas/Message');
    expect(JSON.stringify(createAsyncApi({ title: 'Usher', version: '1', protocols: [roomsProtocol] }))).not.toContain(
      '#/components/schemas',
    );
  });

  test('describes the types of the schemas that the server validates with', () => {
    const changed = defineProtocol({
      name: 'shop.v1',
      requests: { order: { params: Type.Object({ item: Type.Integer() }), reply: Type.Object({}) } },
    });
    const document = createAsyncApi({ ...options, protocols: [changed] }) as unknown as AsyncApi;
    expect(document.components.messages['shop.v1.client.order']?.payload).toMatchObject({
      required: ['type', 'id', 'item'],
      properties: { item: { type: 'integer' } },
    });
  });
});
