import type { FastifyPluginCallback } from 'fastify';
import { createAsyncApi, messageSchema, roomsProtocol } from '@usher/protocol/server';
import { Type } from 'typebox';
import { apiVersion } from './openapi.ts';
import { security, tags } from './operations.ts';
import { StaticResponse } from './static-response.ts';
import { loadViewer } from './viewer.ts';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Usher API</title>
    <link rel="icon" href="data:," />
  </head>
  <body>
    <noscript>This page requires JavaScript. The documents are <a href="/api/docs/openapi.json">openapi.json</a> and <a href="/api/docs/asyncapi.json">asyncapi.json</a>.</noscript>
    <div id="docs"></div>
    <script src="/api/docs/viewer.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

/** Configures the viewer. A file of its own, because the Content Security Policy permits no inline scripts. */
const start = `Scalar.createApiReference('#docs', {
  sources: [
    { title: 'HTTP API', slug: 'http', url: '/api/docs/openapi.json' },
    { title: 'Socket', slug: 'socket', url: '/api/docs/asyncapi.json' },
  ],
  // Nothing may be loaded from, or sent to, another host.
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  proxyUrl: '',
  // The viewer must not hold tokens.
  hideTestRequestButton: true,
  hideClientButton: true,
  showDeveloperTools: 'never',
  documentDownloadType: 'none',
});
`;

const describe = (operationId: string, summary: string) => ({
  tags: [tags.documents],
  security: security.none,
  operationId,
  summary,
});

const responsesOf = (description: string, type: string, schema: Type.TSchema = Type.String()) => ({
  200: { description, content: { [type]: { schema } } },
  304: { description: 'The client has the current version (`If-None-Match`).' },
});

/** The cost of the largest file, in points. */
const viewerCost = 10;

/** Serves the OpenAPI and the AsyncAPI document and a page that shows them. All of it is created at the first request. */
export const docsRoutes: FastifyPluginCallback = (app, _options, done) => {
  const openApi = new StaticResponse('application/json; charset=utf-8', () => JSON.stringify(app.openApi()));
  const asyncApi = new StaticResponse('application/json; charset=utf-8', () => JSON.stringify(describeSocket()));
  const html = new StaticResponse('text/html; charset=utf-8', () => page);
  const startScript = new StaticResponse('text/javascript; charset=utf-8', () => start);
  const viewer = new StaticResponse('text/javascript; charset=utf-8', loadViewer);

  app.get(
    '/docs',
    {
      config: { describedResponses: responsesOf('A page that shows both documents.', 'text/html') },
      schema: describe('getDocs', 'Show the documentation'),
    },
    (request, reply) => html.send(request, reply),
  );
  const document = Type.Object({ info: Type.Object({ title: Type.String(), version: Type.String() }) });
  app.get(
    '/docs/openapi.json',
    {
      config: {
        describedResponses: responsesOf(
          'This document.',
          'application/json',
          Type.Intersect([Type.Object({ openapi: Type.Literal('3.1.0') }), document], {
            examples: [{ openapi: '3.1.0', info: { title: 'Usher', version: '1.0.0' } }],
          }),
        ),
      },
      schema: describe('getOpenApi', 'Get the description of the HTTP API (OpenAPI 3.1)'),
    },
    (request, reply) => openApi.send(request, reply),
  );
  app.get(
    '/docs/asyncapi.json',
    {
      config: {
        describedResponses: responsesOf(
          'The AsyncAPI document.',
          'application/json',
          Type.Intersect([Type.Object({ asyncapi: Type.Literal('3.0.0') }), document], {
            examples: [{ asyncapi: '3.0.0', info: { title: 'Usher', version: '1.0.0' } }],
          }),
        ),
      },
      schema: describe('getAsyncApi', 'Get the description of the socket (AsyncAPI 3)'),
    },
    (request, reply) => asyncApi.send(request, reply),
  );
  app.get(
    '/docs/viewer.js',
    {
      config: { cost: viewerCost, describedResponses: responsesOf('The viewer.', 'text/javascript') },
      schema: describe('getDocsViewer', 'Get the script that shows the documents'),
    },
    (request, reply) => viewer.send(request, reply),
  );
  app.get(
    '/docs/start.js',
    {
      config: { describedResponses: responsesOf('The configuration of the viewer.', 'text/javascript') },
      schema: describe('getDocsStart', 'Get the script that configures the viewer'),
    },
    (request, reply) => startScript.send(request, reply),
  );
  done();
};

/** The AsyncAPI document of the socket. */
export function describeSocket(): object {
  return createAsyncApi({
    title: 'Usher',
    version: apiVersion(),
    description:
      'The WebSocket of Usher. Get a ticket over HTTP (`/api/docs/openapi.json`), then open the socket with it. PROTOCOL.md specifies the ' +
      'order of messages, recovery and all limits.',
    protocols: [roomsProtocol],
    schemas: { Message: messageSchema },
  });
}
