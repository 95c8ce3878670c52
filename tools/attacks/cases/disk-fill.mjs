import { statSync } from 'node:fs';
import { join } from 'node:path';
import { connect, signUp } from '../person.mjs';

const seconds = 12;
const connections = 10;
const mostMb = 400;

/** One user sends the longest texts on all connections until refused. The attack ends after `seconds` or `mostMb`. */
export default {
  title: `one user sends the longest texts on ${connections} connections for ${seconds} s (at most ${mostMb} MB)`,
  async run({ start }) {
    const { url, dataDir } = await start({ MAX_MB_PER_USER_PER_DAY: '5' });
    const token = await signUp(url, 'mallory');
    const sockets = [];
    for (let n = 0; n < connections; n++) sockets.push(await connect(url, token));
    for (const socket of sockets) await socket.request({ type: 'join', room: 'general' });
    const sizeMb = () => {
      const size = (file) => statSync(join(dataDir, file), { throwIfNoEntry: false })?.size ?? 0;
      return (size('usher.db') + size('usher.db-wal')) / 1e6;
    };
    const before = sizeMb();
    const until = performance.now() + seconds * 1_000;
    const replies = new Map();
    let stored = 0;
    const attack = async (socket) => {
      while (performance.now() < until && sizeMb() < mostMb) {
        // Characters of four bytes, different in each message.
        const text = Array.from({ length: 4_000 }, () =>
          String.fromCodePoint(0x20000 + Math.floor(Math.random() * 40_000)),
        );
        const { type, code } = await socket.request({
          type: 'send',
          room: 'general',
          key: crypto.randomUUID(),
          text: text.join(''),
        });
        replies.set(code ?? type, (replies.get(code ?? type) ?? 0) + 1);
        if (type === 'reply') stored += 16_000;
        if (type === 'closed') return;
        if (code === 'rate_limited') await new Promise((resolve) => setTimeout(resolve, 50));
        else if (code !== undefined) return;
      }
    };
    const startedAt = performance.now();
    await Promise.all(sockets.map(attack));
    const tookS = (performance.now() - startedAt) / 1_000;
    const grown = sizeMb() - before;
    return {
      figures: {
        replies: [...replies].map(([code, count]) => `${count} × ${code}`).join(', '),
        'text stored (MB)': (stored / 1e6).toFixed(1),
        'growth on disk (MB)': grown.toFixed(1),
        'ended after (s)': tookS.toFixed(1),
        'at this rate (GB/h)': replies.has('quota_exceeded')
          ? 'ended by the quota'
          : ((grown / tookS) * 3.6).toFixed(1),
      },
      held: replies.has('quota_exceeded') && stored <= 5e6,
    };
  },
};
