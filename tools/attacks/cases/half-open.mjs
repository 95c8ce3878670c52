import { exchange, statuses } from '../unread.mjs';

const patienceMs = 25_000;

/** Connections that never complete a request, as in a Slowloris attack. */
export default {
  title: '50 connections each that send nothing, half of a request line, half of the headers',
  async run({ start }) {
    const { port } = await start();
    const kinds = {
      nothing: '',
      'half of a request line': 'GET /api/heal',
      'half of the headers': 'GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n',
      'half of an upgrade': 'GET /api/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n',
    };
    const figures = {};
    let held = true;
    await Promise.all(
      Object.entries(kinds).map(async ([kind, bytes]) => {
        const ends = await Promise.all(Array.from({ length: 50 }, () => exchange(port, bytes, patienceMs)));
        const times = ends.map(({ seconds }) => seconds);
        const longest = Math.max(...times);
        const responses = [...new Set(ends.map(({ received }) => statuses(received) || 'none'))].join(', ');
        figures[kind] =
          `closed after ${Math.min(...times)} to ${longest} s${longest >= 24.9 ? ' (by the attacker)' : ''}, response ${responses}`;
        held &&= longest < 20 && responses === (kind === 'nothing' ? 'none' : '408');
      }),
    );
    return { figures, held };
  },
};
