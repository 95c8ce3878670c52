import { setTimeout as delay } from 'node:timers/promises';
import { connect, measurePings, signIn } from '../person.mjs';
import { get, openUnread } from '../unread.mjs';

/** The operating system allows few open files. */
export default {
  title: 'ulimit -n 1024: 2 connections × 1,300 unread requests, and 1,500 connections that send nothing',
  async run({ start }) {
    const server = await start({}, [], 1_024);
    const html = await (await fetch(server.url)).text();
    const [script] = /main-[\w-]{8}\.js/.exec(html) ?? [];
    if (script === undefined) throw new Error('the page is not built: run `nx build web` first');
    const bystander = await connect(server.url, await signIn(server.url, 'maggie'));
    const stop = measurePings(bystander);
    const pipelined = openUnread(server.port, 2, get(`/${script}`).repeat(1_300));
    await delay(1_500);
    const duringPipelining = await (await fetch(`${server.url}/${script}`)).status;
    const files = server.fileDescriptors();
    const idle = openUnread(server.port, 1_500, '');
    await delay(3_000);
    const filesIdle = server.fileDescriptors();
    const ping = await stop();
    pipelined.destroy();
    idle.destroy();
    await delay(500);
    const after = await fetch(`${server.url}/${script}`).then(
      ({ status }) => status,
      ({ cause }) => cause?.code,
    );
    return {
      figures: {
        'open files with 2 × 1,300 requests, with 1,500 connections': `${files}, ${filesIdle}`,
        'a file of the page during the first': duringPipelining,
        "bystander's ping in ms": JSON.stringify(ping),
        'a file of the page after the attack': after,
        'server alive': server.child.exitCode === null && server.child.signalCode === null,
      },
      held: filesIdle < 1_024 && duringPipelining === 200 && after === 200 && bystander.closeCode() === undefined,
    };
  },
};
