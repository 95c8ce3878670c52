import { fetchTicket, RequestFailed, TicketSocket } from '@usher/client';
import { filter, firstValueFrom } from 'rxjs';
import type { Shop } from './shop-protocol.ts';

const [server = 'http://127.0.0.1:3000', ...items] = process.argv.slice(2);

const socket = new TicketSocket<Shop>({
  url: `${server.replace(/^http/, 'ws')}/api/ws`,
  protocol: 'shop.v1',
  ticket: fetchTicket({ url: `${server}/api/ws_ticket`, token: () => 'none' }),
  who: () => 'visitor',
});
socket.on('price').subscribe(({ item, price }) => console.log(`${item} costs ${price} now`));
socket.connect();
await firstValueFrom(socket.state$.pipe(filter(({ name }) => name === 'open')));

for (const item of items) {
  try {
    const { number } = await socket.request('order', { item });
    console.log(`order ${number}: ${item}`);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    console.log(`${item}: ${error.code}`);
  }
}
socket.stop();
