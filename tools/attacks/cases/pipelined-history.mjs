import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, measurePings, signIn } from '../person.mjs';
import { get, openUnread } from '../unread.mjs';

const connections = 8;
const seconds = 6;

/** A user requests the largest pages of history and reads none of them. */
export default {
  title: `${connections} connections × 100 unread history pages of 200 messages of 16 kB, --max-old-space-size=512`,
  async run({ start }) {
    const server = await start({ SENDS_PER_SECOND: '0' }, ['--max-old-space-size=512']);
    const token = await signIn(server.url, 'maggie');
    const bystander = await connect(server.url, await signIn(server.url, 'bart'));
    const author = await connect(server.url, token);
    await author.request({ type: 'join', room: 'general' });
    for (let n = 0; n < 200; n++) {
      await author.request({ type: 'send', room: 'general', key: randomUUID(), text: '🙂'.repeat(4_000) });
    }
    const page = '/api/rooms/general/messages?limit=200';
    const authorization = `Bearer ${token}`;
    const { headers } = await fetch(server.url + page, { headers: { authorization } });
    const before = server.residentMb();
    const clients = openUnread(server.port, connections, get(page, { Authorization: authorization }).repeat(100));
    const stop = measurePings(bystander);
    // A killed process has no resident memory for a moment before it exits.
    const dead = async (ms) =>
      (await Promise.race([server.exited, delay(ms)])) !== undefined || server.residentMb() === 0;
    const figures = { 'size of one page in kB': Math.round(Number(headers.get('content-length')) / 1_000) };
    let died = await dead(seconds * 1_000);
    figures['memory in MB before and peak'] = `${before}, ${died ? 'the process died' : server.peakMb()}`;
    figures["bystander's ping in ms"] = died ? 'none' : JSON.stringify(await stop());
    // The server responds to eight unread requests per connection.
    const polite = openUnread(server.port, 100, get(page, { Authorization: authorization }).repeat(8));
    died ||= await dead(3_000);
    figures['100 connections × 8 pages'] = died ? 'the process died' : `${server.peakMb()} MB at its peak`;
    const held = !died && server.peakMb() <= 400;
    clients.destroy();
    polite.destroy();
    return { figures, held };
  },
};
