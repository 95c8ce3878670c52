/** Clients that send bytes over TCP and do not read the responses. */
import { connect } from 'node:net';

/**
 * Opens connections that send `bytes` and read nothing. They do not notice when the server closes them, so count connections at the server.
 *
 * @returns {{ destroy: () => void }}
 */
export function openUnread(port, count, bytes) {
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1').pause();
    socket.on('error', () => undefined);
    socket.write(bytes);
    return socket;
  });
  return {
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The bytes of a GET without a body. */
export function get(path, headers = {}) {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends bytes and reads until the server closes the connection or `ms` have passed. Resolves to what was received and when it ended. */
export function exchange(port, bytes, ms) {
  return new Promise((resolve) => {
    const begun = performance.now();
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const timer = setTimeout(() => socket.destroy(), ms);
    socket.setEncoding('latin1').on('data', (text) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ received, seconds: Math.round((performance.now() - begun) / 100) / 10 });
    });
    socket.write(bytes);
  });
}

/** The status codes of all responses in a stream of bytes, in order. */
export function statuses(received) {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status).join(' ');
}
