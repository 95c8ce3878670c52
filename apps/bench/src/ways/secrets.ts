import { TicketLine } from '../load/ticket-line.ts';
import { secondsLeft } from './log-scan.ts';
import type { Way } from './way.ts';

/** A signed-in user and their browser. */
export interface Somebody {
  readonly user: string;
  readonly token: string;
  /** The User-Agent. */
  readonly agent: string;
}

export interface Obtained {
  /** The secret for a dial; absent if the method requires none. */
  readonly secret?: string;
  /** How long it is good for, in seconds. */
  readonly seconds: number;
}

/** Makes the HTTP request that precedes a dial: requests a ticket, or registers the client's address and User-Agent. */
export async function obtain({ secret }: Way, port: number, { token, agent }: Somebody): Promise<Obtained> {
  const now = Date.now();
  if (secret === 'ticket') {
    const line = new TicketLine(port);
    const { ticket, expires } = await line.ask(token);
    line.close();
    return { secret: ticket, seconds: Math.round(expires - now / 1_000) };
  }
  const seconds = secondsLeft(token, now);
  if (secret === 'jwt') return { secret: token, seconds };
  const headers = { authorization: `Bearer ${token}`, 'user-agent': agent };
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers });
  if (!answer.ok) throw new Error(`the call before the handshake was answered ${answer.status}`);
  return { seconds };
}
