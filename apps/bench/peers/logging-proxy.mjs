/** A reverse proxy: forwards requests and upgrades to the port `UPSTREAM`, and logs each with its status. */
import { createServer, request as ask } from 'node:http';
import { pipeline } from 'node:stream';
import { listen, logAccess } from './shared.mjs';

function forward({ method, url, headers }) {
  return ask({ host: '127.0.0.1', port: Number(process.env.UPSTREAM), method, path: url, headers, agent: false });
}

function headOf({ statusCode, statusMessage, rawHeaders }) {
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  return `${head}\r\n`;
}

const proxy = createServer((request, response) => {
  const upstream = forward(request);
  upstream.on('response', (upstreamResponse) => {
    logAccess(request, upstreamResponse.statusCode);
    response.writeHead(upstreamResponse.statusCode, upstreamResponse.headers);
    pipeline(upstreamResponse, response, () => undefined);
  });
  upstream.on('error', () => {
    logAccess(request, 502);
    response.writeHead(502).end();
  });
  pipeline(request, upstream, () => undefined);
});

proxy.on('upgrade', (request, near, head) => {
  near.on('error', () => near.destroy());
  const upstream = forward(request);
  upstream.on('upgrade', (upstreamResponse, far, farHead) => {
    logAccess(request, 101);
    near.write(headOf(upstreamResponse));
    near.write(farHead);
    far.write(head);
    pipeline(near, far, () => undefined);
    pipeline(far, near, () => undefined);
  });
  upstream.on('response', (upstreamResponse) => {
    logAccess(request, upstreamResponse.statusCode);
    upstreamResponse.resume();
    near.end(headOf(upstreamResponse));
  });
  upstream.on('error', () => {
    logAccess(request, 502);
    near.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  upstream.end();
});
listen(proxy);
