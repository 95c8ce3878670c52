import { signIn } from '../person.mjs';
import { exchange, statuses } from '../unread.mjs';

/** Upgrade requests that a proxy and the server may interpret differently. */
export default {
  title: 'upgrades behind an unanswered request, with a body, and with an absolute target',
  async run({ start }) {
    const { url, port } = await start();
    const token = await signIn(url, 'maggie');
    const ticket = async () => {
      const response = await fetch(`${url}/api/ws_ticket`, { headers: { authorization: `Bearer ${token}` } });
      return (await response.json()).ticket;
    };
    const upgrade = (target, headers = '') =>
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`;
    const body = JSON.stringify({ user: 'maggie', pwd: 'secret' });
    const post =
      `POST /api/auth HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`;
    const results = {
      'sign-in, then an upgrade without a ticket': await exchange(port, post + upgrade('/api/ws'), 3_000),
      'sign-in, then a good upgrade': await exchange(port, post + upgrade(`/api/ws?ticket=${await ticket()}`), 3_000),
      'a good upgrade with a body': await exchange(
        port,
        upgrade(`/api/ws?ticket=${await ticket()}`, 'Content-Length: 5\r\n') + 'hello',
        3_000,
      ),
      'a good upgrade with an absolute target': await exchange(
        port,
        upgrade(`http://127.0.0.1:${port}/api/ws?ticket=${await ticket()}`),
        3_000,
      ),
    };
    const expected = ['200 401', '200 101', '400', '101'];
    const seen = Object.values(results).map(({ received }) => statuses(received));
    return {
      figures: Object.fromEntries(
        Object.keys(results).map((name, n) => [name, `${seen[n] || 'no response'} (expected ${expected[n]})`]),
      ),
      held: seen.join() === expected.join(),
    };
  },
};
