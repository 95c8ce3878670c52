import { createInterface } from 'node:readline';
import { fetchTicket, TicketSocket } from '@usher/client';
import { createRooms } from '@usher/client/rooms';
import type { RoomsProtocol } from '@usher/protocol';
import { filter, firstValueFrom } from 'rxjs';

const [server = 'http://127.0.0.1:3000', user = 'ann', pwd = 'secret', name = 'general'] = process.argv.slice(2);

const response = await fetch(`${server}/api/auth`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ user, pwd }),
});
if (!response.ok) throw new Error(`sign-in failed with status ${response.status}`);
const { token } = (await response.json()) as { token: string };

const socket = new TicketSocket<RoomsProtocol>({
  url: `${server.replace(/^http/, 'ws')}/api/ws`,
  ticket: fetchTicket({ url: `${server}/api/ws_ticket`, token: () => token }),
});
const room = createRooms(socket).room(name);

let printed = 0;
room.messages$.subscribe((messages) => {
  for (const { seq, from, text } of messages) {
    // A message without a seq is not acknowledged yet.
    if (seq === undefined || seq <= printed) continue;
    printed = seq;
    console.log(`${from}: ${text}`);
  }
});
socket.state$.subscribe(({ name: state, reason }) => console.error(state, reason.kind));
socket.welcome$.subscribe((welcome) => {
  if (welcome) room.open();
});
socket.connect();

// Each line is a message. The end of the input (Ctrl+D) ends the program, once all messages are acknowledged.
for await (const line of createInterface({ input: process.stdin })) room.send(line);
await firstValueFrom(room.messages$.pipe(filter((messages) => messages.every(({ status }) => status === 'sent'))));
socket.stop();
