import { setTimeout as delay } from 'node:timers/promises';
import { connect, measurePings, signIn } from '../person.mjs';
import { get, openUnread } from '../unread.mjs';

const seconds = 4;

/** Unauthenticated clients send requests without waiting for the responses, and read none of them. */
export default {
  title: '10 connections × 1,300 unread requests, then 400 connections × 8 unread requests, all without a token',
  async run({ start }) {
    const server = await start();
    const html = await (await fetch(server.url)).text();
    const [script] = /main-[\w-]{8}\.js/.exec(html) ?? [];
    if (script === undefined) throw new Error('the page is not built: run `nx build web` first');
    const bystander = await connect(server.url, await signIn(server.url, 'maggie'));
    const quiet = measurePings(bystander);
    await delay(2_000);
    const before = { ping: await quiet(), files: server.fileDescriptors(), memory: server.residentMb() };

    async function attack(count, bytes) {
      const clients = openUnread(server.port, count, bytes);
      const stop = measurePings(bystander);
      let files = 0;
      for (const until = performance.now() + seconds * 1_000; performance.now() < until;) {
        await delay(100);
        files = Math.max(files, server.fileDescriptors());
      }
      const result = { ping: await stop(), files, after: server.fileDescriptors(), memory: server.residentMb() };
      clients.destroy();
      return result;
    }
    const paths = [`/${script}`, '/api/me', '/api/health/ready', '/api/docs'];
    const many = await attack(
      10,
      Array.from({ length: 1_300 }, (_, n) => get(n % 4 < 3 ? paths[0] : paths[1])).join(''),
    );
    const mixed = await attack(400, Array.from({ length: 8 }, (_, n) => get(paths[n % 2 === 0 ? 0 : n % 4])).join(''));
    return {
      figures: {
        'file descriptors before, and most with 10 × 1,300 / 400 × 8': `${before.files} / ${many.files} / ${mixed.files}`,
        'memory in MB, the same, and peak': `${before.memory} / ${many.memory} / ${mixed.memory}, ${server.peakMb()}`,
        [`file descriptors after ${seconds} s`]: `${many.after}, ${mixed.after}`,
        "bystander's ping in ms, quiet": JSON.stringify(before.ping),
        '10 × 1,300': JSON.stringify(many.ping),
        '400 × 8': JSON.stringify(mixed.ping),
      },
      held: many.files <= 100 && mixed.files <= 900 && server.peakMb() <= 400 && bystander.closeCode() === undefined,
    };
  },
};
