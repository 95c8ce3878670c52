/** Responds to every request with 401, without WebSockets: the cost of a rejection in plain `node:http`. */
import { createServer } from 'node:http';
import { listen } from './shared.mjs';

listen(createServer((_request, response) => response.writeHead(401, { connection: 'close' }).end()));
