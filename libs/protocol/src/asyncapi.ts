import type { TSchema } from 'typebox';
import { closeCodes, shouldReconnect } from './close-codes.ts';
import type { Protocol } from './protocol.ts';

export interface AsyncApiOptions {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** Path of the WebSocket endpoint. Defaults to `/api/ws`. */
  readonly endpoint?: string;
  /** Path of the call that issues tickets. Defaults to `/api/ws_ticket`. */
  readonly ticketPath?: string;
  /** The protocols that the endpoint accepts. Each becomes a channel. */
  readonly protocols: readonly Protocol[];
  /** Schemas that the document names, by name. It refers to them wherever the same object occurs in a message. */
  readonly schemas?: Readonly<Record<string, TSchema>>;
}

type Json = Readonly<Record<string, unknown>>;

const correlationId = { location: '$message.payload#/id', description: 'the `id` of the request' };

/**
 * Describes protocols with AsyncAPI 3.0, from the schemas that `compileProtocol` validates with. The document is that of the server: it
 * receives requests and signals, and sends replies, errors and events.
 *
 * The `description` and `examples` of a schema describe its message. An example of a message without fields is added.
 */
export function createAsyncApi(options: AsyncApiOptions): Json {
  const { title, version, description, protocols, schemas = {}, ticketPath = '/api/ws_ticket' } = options;
  const toJson = withReferences(schemas);
  const messages: Record<string, Json> = {};
  const channels: Record<string, Json> = {};
  const operations: Record<string, Json> = {};
  for (const protocol of protocols) {
    const described = new DescribedProtocol(protocol, toJson);
    channels[protocol.name] = described.channel(options.endpoint ?? '/api/ws');
    Object.assign(operations, described.operations());
    Object.assign(messages, described.messages());
  }
  return {
    asyncapi: '3.0.0',
    info: { title, version, ...(description === undefined ? {} : { description }) },
    defaultContentType: 'application/json',
    servers: {
      server: {
        host: '{host}',
        protocol: 'wss',
        description: 'The host of the server, with its port if it is not 443.',
        variables: { host: { default: 'localhost:3000', description: 'host and port' } },
        security: [{ $ref: '#/components/securitySchemes/ticket' }],
      },
    },
    channels,
    operations,
    components: {
      messages,
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withReferences({})(schema)])),
      securitySchemes: {
        ticket: {
          type: 'httpApiKey',
          in: 'query',
          name: 'ticket',
          description: `A ticket of \`GET ${ticketPath}\`. It is valid for one handshake, which is rejected before it is accepted if the ticket is not valid.`,
        },
      },
    },
  };
}

/** The parts of the document that describe one protocol. */
class DescribedProtocol {
  readonly #protocol: Protocol;
  readonly #toJson: (schema: unknown) => unknown;

  constructor(protocol: Protocol, toJson: (schema: unknown) => unknown) {
    this.#protocol = protocol;
    this.#toJson = toJson;
  }

  channel(address: string): Json {
    const { name } = this.#protocol;
    const keys = Object.keys(this.#frames());
    return {
      address,
      title: name,
      description: `Text frames, each one JSON object. Requests have an \`id\` and receive one \`reply\` or \`error\` with the same \`id\`.\n\n${closeCodeTable()}`,
      messages: Object.fromEntries(keys.map((key) => [key, { $ref: `#/components/messages/${name}.${key}` }])),
      bindings: {
        ws: {
          method: 'GET',
          query: {
            type: 'object',
            required: ['ticket'],
            properties: { ticket: { type: 'string', description: 'valid once' } },
          },
          headers: {
            type: 'object',
            properties: {
              'Sec-WebSocket-Protocol': { type: 'string', const: name, description: 'may be absent' },
              Origin: { type: 'string', description: 'if present, an allowed origin' },
            },
          },
          bindingVersion: '0.1.0',
        },
      },
      'x-close-codes': closeCodes.map((entry) => ({ ...entry, reconnect: shouldReconnect(entry.code) })),
    };
  }

  messages(): Record<string, Json> {
    const { name } = this.#protocol;
    return Object.fromEntries(Object.entries(this.#frames()).map(([key, message]) => [`${name}.${key}`, message]));
  }

  operations(): Record<string, Json> {
    const { name, requests, signals, events } = this.#protocol;
    const channel = { $ref: `#/channels/${name}` };
    const message = (key: string): Json => ({ $ref: `#/channels/${name}/messages/${key}` });
    const operations: Record<string, Json> = {};
    for (const [type, { params }] of Object.entries(requests)) {
      operations[`${name}.client.${type}`] = {
        action: 'receive',
        channel,
        title: type,
        ...summaryOf(params),
        messages: [message(`client.${type}`)],
        reply: { channel, messages: [message(`reply.${type}`), message('error')] },
      };
    }
    for (const [type, schema] of Object.entries(signals)) {
      operations[`${name}.client.${type}`] = {
        action: 'receive',
        channel,
        title: type,
        ...summaryOf(schema),
        messages: [message(`client.${type}`)],
      };
    }
    for (const [type, schema] of Object.entries(events)) {
      operations[`${name}.server.${type}`] = {
        action: 'send',
        channel,
        title: type,
        ...summaryOf(schema),
        messages: [message(`server.${type}`)],
      };
    }
    return operations;
  }

  /** All frames by the key of their message. */
  #frames(): Record<string, Json> {
    const { requests, signals, events, errors } = this.#protocol;
    const frames: Record<string, Json> = {};
    for (const [type, { params, reply }] of Object.entries(requests)) {
      const id = { type: 'integer', minimum: 1, description: 'chosen by the client' };
      frames[`client.${type}`] = { ...this.#frame(type, params, { id }), correlationId };
      frames[`reply.${type}`] = { ...this.#reply(type, reply), correlationId };
    }
    for (const [type, schema] of Object.entries(signals)) frames[`client.${type}`] = this.#frame(type, schema, {});
    for (const [type, schema] of Object.entries(events)) frames[`server.${type}`] = this.#frame(type, schema, {});
    frames['error'] = { ...errorFrame(errors), correlationId };
    return frames;
  }

  #frame(type: string, schema: object, { id }: { readonly id?: Json }): Json {
    // A schema of another library than TypeBox is not JSON Schema, so its fields are not described.
    const { properties = {}, required = [] } = this.#toJson(schema) as { properties?: Json; required?: string[] };
    const ofFrame = { type, ...(id === undefined ? {} : { id: 1 }) };
    return {
      name: type,
      title: type,
      ...summaryOf(schema),
      payload: {
        type: 'object',
        required: [...Object.keys(ofFrame), ...required],
        properties: { type: { type: 'string', const: type }, ...(id === undefined ? {} : { id }), ...properties },
      },
      examples: examplesOf(schema).map((example) => ({ payload: { ...ofFrame, ...example } })),
    };
  }

  #reply(type: string, schema: object): Json {
    return {
      name: 'reply',
      title: `reply to ${type}`,
      summary: `The reply to \`${type}\`.`,
      payload: {
        type: 'object',
        required: ['type', 'id', 'data'],
        properties: {
          type: { type: 'string', const: 'reply' },
          id: { type: 'integer', minimum: 1 },
          data: this.#toJson(schema),
        },
      },
      examples: examplesOf(schema).map((data) => ({ payload: { type: 'reply', id: 1, data } })),
    };
  }
}

function errorFrame(codes: readonly string[]): Json {
  const payload = { type: 'error', id: 1, code: 'rate_limited', message: 'too many requests', retryAfterMs: 1_000 };
  return {
    name: 'error',
    title: 'error',
    summary: 'The request with this `id` failed. Without an `id`, a frame failed from which no `id` could be read.',
    payload: {
      type: 'object',
      required: ['type', 'code', 'message'],
      properties: {
        type: { type: 'string', const: 'error' },
        id: { type: 'integer', minimum: 1 },
        code: { type: 'string', enum: codes },
        message: { type: 'string', description: 'for developers' },
        retryAfterMs: { type: 'number', minimum: 0, description: 'milliseconds to wait before the next attempt' },
      },
    },
    examples: [{ payload }],
  };
}

function summaryOf(schema: object): Json {
  const { description } = schema as { readonly description?: string };
  return description === undefined ? {} : { summary: description };
}

/** The examples of a schema. A schema without required fields has an empty one. */
function examplesOf(schema: object): readonly object[] {
  const { examples, required = [] } = schema as { readonly examples?: readonly object[]; readonly required?: string[] };
  return examples ?? (required.length === 0 ? [{}] : []);
}

function closeCodeTable(): string {
  const rows = closeCodes.map(
    ({ code, name, reason }) => `| ${code} | \`${name}\` | ${reason} | ${shouldReconnect(code) ? 'yes' : 'no'} |`,
  );
  return ['| close code | name | reason | the client reconnects |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Returns a function that copies a schema as JSON, with a reference in place of each named schema. */
function withReferences(schemas: Readonly<Record<string, TSchema>>): (schema: unknown) => unknown {
  const names = new Map<unknown, string>(Object.entries(schemas).map(([name, schema]) => [schema, name]));
  const copy = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(copy);
    const name = names.get(node);
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, copy(value)]));
  };
  // The schema of a message becomes part of its frame, so only the schemas inside it are references.
  return (schema) =>
    typeof schema === 'object' && schema !== null && !Array.isArray(schema)
      ? Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, copy(value)]))
      : copy(schema);
}
