import type { ProblemCode } from '@usher/protocol';
import { ticketSchema } from '@usher/protocol/server';
import { type OperationErrors, problemResponses } from './problems.ts';
import { security, tags } from './operations.ts';

const none: OperationErrors = { schemes: [], hasParameters: false, hasBody: false, returnsProof: false, declared: [] };

const ticketProblems: readonly ProblemCode[] = ['too_many_tickets', 'too_many_connections', 'at_capacity', 'draining'];

const handshakeProblems: readonly ProblemCode[] = [
  'missing_ticket',
  'invalid_ticket',
  'upgrade_required',
  'unsupported_protocol',
  'forbidden',
  'origin_forbidden',
  'too_many_connections',
  'at_capacity',
  'draining',
  'store_unavailable',
];

/**
 * The operations that `ticketGate` handles before the router of Fastify sees them, by path. `docs.spec.ts` compares them with the
 * responses of the running server.
 */
export const operationsBeforeTheRouter = {
  '/api/ws_ticket': {
    get: {
      operationId: 'getTicket',
      summary: 'Get a ticket for one handshake',
      description:
        'A browser does not show why a handshake was rejected, so this call also reports why a user cannot connect. Pages of allowed ' +
        'origins may call it (CORS).',
      tags: [tags.socket],
      security: security.bearer,
      responses: {
        200: {
          description: 'A ticket. It is valid once, for 30 seconds from the assigned time of the connection.',
          headers: {
            'Cache-Control': { schema: { type: 'string' }, description: '`no-store`' },
            'Usher-Receipt': {
              schema: { type: 'string', pattern: '^[0-9A-HJ-KM-NP-TV-Z]{3}-[0-9A-HJ-KM-NP-TV-Z]{3}$' },
              description: 'names this call for operators. Errors have it, too',
            },
          },
          content: { 'application/json': { schema: ticketSchema } },
        },
        ...problemResponses({ ...none, schemes: ['bearer'], declared: ticketProblems }),
      },
    },
  },
  '/api/ws': {
    get: {
      operationId: 'openSocket',
      summary: 'Open the WebSocket',
      description:
        'The ticket is validated before the handshake is accepted. From there on the frames follow the AsyncAPI document. Every response ' +
        'that depends on the ticket is the same `invalid_ticket`.',
      tags: [tags.socket],
      security: security.ticket,
      parameters: [
        header('Upgrade', { type: 'string', const: 'websocket' }, true),
        header('Connection', { type: 'string', const: 'Upgrade' }, true),
        header('Sec-WebSocket-Version', { type: 'string', const: '13' }, true),
        header('Sec-WebSocket-Key', { type: 'string', pattern: '^[+/0-9A-Za-z]{21}[AQgw]==$' }, true),
        header('Sec-WebSocket-Protocol', { type: 'string', examples: ['usher.v1', 'usher.operator.v1'] }, false),
      ],
      responses: {
        101: {
          description: 'The connection is open. Its first frame is `welcome`.',
          headers: {
            'Sec-WebSocket-Accept': { schema: { type: 'string' } },
            'Sec-WebSocket-Protocol': {
              schema: { type: 'string' },
              description: 'the selected one, if a list was offered',
            },
          },
        },
        ...problemResponses({ ...none, declared: handshakeProblems }),
      },
    },
  },
};

function header(name: string, schema: object, required: boolean): object {
  return { name, in: 'header', required, schema };
}
