import { ClosedByServer, type DialOptions, LeanSocket, Refused } from '../load/lean-socket.ts';

/** What became of a dial. `pending`: the handshake was accepted, and nothing more came of it while one waited. */
export type Outcome =
  | { readonly is: 'in'; readonly user: string }
  | { readonly is: 'refused'; readonly status: number }
  | { readonly is: 'closed' }
  | { readonly is: 'pending' };

const waitMs = 1_000;

/** Dials, looks what comes of it, and hangs up. Rejects where the network failed. */
export function attempt(dial: DialOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const socket = new LeanSocket(dial);
    const done = (outcome: Outcome): void => {
      clearTimeout(timer);
      socket.cut();
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      done({ is: 'pending' });
    }, waitMs);
    socket.heard = (bytes, start, end) => {
      const said = JSON.parse(bytes.toString('utf8', start, end)) as { readonly type: string; readonly user?: string };
      if (said.type === 'welcome') done({ is: 'in', user: said.user ?? '' });
    };
    socket.gone = (reason) => {
      if (reason instanceof Refused) done({ is: 'refused', status: reason.status });
      else if (reason instanceof ClosedByServer) done({ is: 'closed' });
      else {
        clearTimeout(timer);
        reject(reason);
      }
    };
  });
}
