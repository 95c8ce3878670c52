/** HTTP and WebSocket clients that return responses unchanged. */
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { WebSocket } from 'ws';

const host = 'chat.example.org';

/** Headers of the connection to the next hop (RFC 9110 §7.6.1), and those that differ between two equal responses. */
const notCompared = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date', 'server']);

const upgradeHeaders = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** A client of one port. With `ca` it uses TLS. */
export class Client {
  #port;
  #options;

  constructor(port, ca) {
    this.#port = port;
    this.#options = { host: '127.0.0.1', port, ...(ca === undefined ? {} : { ca, servername: host }) };
    this.secure = ca !== undefined;
  }

  /**
   * Sends a request on a new connection.
   *
   * @returns the status, the headers that a proxy must not change (sorted), and the body. An accepted upgrade is closed again.
   */
  async request(path, { method = 'GET', headers = {}, body, localAddress } = {}) {
    const { request } = this.secure ? https : http;
    const sent = request({ ...this.#options, path, method, agent: false, localAddress, headers: { host, ...headers } });
    sent.end(body);
    const [response, socket] = await Promise.race([once(sent, 'response'), once(sent, 'upgrade')]);
    const compared = Object.entries(response.headersDistinct).filter(([name]) => !notCompared.has(name));
    const result = { status: response.statusCode, headers: Object.fromEntries(compared.toSorted()) };
    if (response.statusCode === 101) {
      socket.destroy();
      return { ...result, body: '' };
    }
    const chunks = [];
    for await (const chunk of response) chunks.push(chunk);
    return { ...result, body: Buffer.concat(chunks).toString('latin1') };
  }

  /** Sends a GET request over HTTP/2. Resolves to the status and the body, like `request`. */
  async requestOverHttp2(path) {
    const { port, ca, servername } = this.#options;
    const session = http2.connect(`https://127.0.0.1:${port}`, { ca, servername });
    try {
      const stream = session.request({ ':path': path, ':authority': host });
      const [headers] = await once(stream, 'response');
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      return { status: headers[':status'], body: Buffer.concat(chunks).toString('latin1') };
    } finally {
      session.close();
    }
  }

  /** Sends a handshake and closes the connection after the response. */
  handshake(path, { headers = {}, ...options } = {}) {
    return this.request(path, { ...options, headers: { ...upgradeHeaders, ...headers } });
  }

  /** Signs in. Resolves to the access token. */
  async signIn(user) {
    const response = await this.post('/api/auth', { user, pwd: 'secret' });
    if (response.status !== 200) throw new Error(`sign-in of ${user} failed with ${response.status}: ${response.body}`);
    return JSON.parse(response.body).token;
  }

  post(path, value, options = {}) {
    const headers = { 'content-type': 'application/json', ...options.headers };
    return this.request(path, { method: 'POST', ...options, headers, body: JSON.stringify(value) });
  }

  /** Requests a ticket. Resolves to the response. */
  ticketCall(token) {
    return this.request('/api/ws_ticket', { headers: { authorization: `Bearer ${token}` } });
  }

  async ticket(token) {
    const response = await this.ticketCall(token);
    if (response.status !== 200) throw new Error(`the ticket call failed with ${response.status}: ${response.body}`);
    return JSON.parse(response.body).ticket;
  }

  /** Opens a WebSocket that replies to heartbeats. Resolves when `welcome` has arrived. */
  async connect(ticket, options = {}) {
    const url = `${this.secure ? 'wss' : 'ws'}://127.0.0.1:${this.#port}/api/ws?ticket=${ticket}`;
    const { ca, servername } = this.#options;
    const ws = new WebSocket(url, 'usher.v1', { ca, servername, ...options, headers: { host, ...options.headers } });
    const frames = [];
    ws.on('message', (data) => {
      const frame = JSON.parse(String(data));
      frames.push(frame);
      if (frame.type === 'beat') ws.send('{"type":"beat"}');
      ws.emit('frame', frame);
    });
    const closed = once(ws, 'close').then(([code]) => code);
    closed.catch(() => undefined);
    await once(ws, 'frame');
    return { ws, frames, closed };
  }
}
