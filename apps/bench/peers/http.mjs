/** No WebSockets at all: answers whatever comes with 401. What a refusal costs in `node:http` alone. */
import { createServer } from 'node:http';
import { listen } from './announce.mjs';

listen(createServer((_request, response) => response.writeHead(401, { connection: 'close' }).end()));
