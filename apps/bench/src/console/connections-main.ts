/** A process that opens connections to one node and keeps them open. It ends with an error if one is lost. */
import { clientFrame, type LeanSocket } from '../load/frames.ts';
import { Load } from '../load/load.ts';
import { reasonOf } from '../process.ts';

export interface ConnectionsRequest {
  readonly port: number;
  /** The process of the node. */
  readonly pid: number;
  readonly tokens: readonly string[];
  /** The number of further connections to open. */
  readonly open: number;
}

export type ConnectionsReply =
  { readonly ok: true; readonly open: number } | { readonly ok: false; readonly reason: string };

const beat = clientFrame(JSON.stringify({ type: 'beat' }));
const sockets: LeanSocket[] = [];

async function open({ port, pid, tokens, open }: ConnectionsRequest): Promise<ConnectionsReply> {
  const load = new Load({ peer: 'usher', port, pid, tokens });
  await load.ready(open);
  await load.each(open, async () => {
    // A separate ticket connection for each dial, because a server that is almost full closes idle HTTP connections.
    const line = load.line();
    const ticket = await load.ticket(line);
    line.close();
    const socket = await load.dial(ticket);
    socket.onText = (bytes, start, end) => {
      if (bytes.toString('latin1', start, end).includes('"beat"')) socket.write(beat);
    };
    socket.onEnd = (reason) => {
      throw new Error('a connection was lost', { cause: reason });
    };
    sockets.push(socket);
  });
  return { ok: true, open: sockets.length };
}

process.on('message', (request: ConnectionsRequest) => {
  open(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ ok: false, reason: reasonOf(error) } satisfies ConnectionsReply),
  );
});
// The bench has exited.
process.once('disconnect', () => process.exit());
process.send?.({ type: 'ready' });
