/** The process of the unauthenticated clients: dials at a fixed rate and counts the rejected handshakes. */
import { Load } from './load.ts';
import type { UnauthenticatedReply, UnauthenticatedRequest } from './unauthenticated.ts';

const everyMs = 5;
/** The maximum number of handshakes in progress, so that a slow server does not accumulate them. */
const maxDialing = 500;

let timer: NodeJS.Timeout | undefined;
let startedAt = 0;
let refused = 0;

process.on('message', (request: UnauthenticatedRequest) => {
  if (request.ask === 'begin') begin(new Load(request.target), request.perSecond);
  clearInterval(request.ask === 'end' ? timer : undefined);
  const refusedPerSecond = (refused * 1_000) / (performance.now() - startedAt);
  process.send?.({ refusedPerSecond } satisfies UnauthenticatedReply);
});

function begin(load: Load, perSecond: number): void {
  startedAt = performance.now();
  refused = 0;
  let dialed = 0;
  let dialing = 0;
  timer = setInterval(() => {
    const due = ((performance.now() - startedAt) * perSecond) / 1_000;
    for (; dialed < due && dialing < maxDialing; dialed += 1) {
      dialing += 1;
      void load.refused().then(() => {
        dialing -= 1;
        refused += 1;
      });
    }
  }, everyMs);
}

process.once('disconnect', () => {
  process.exit();
});
process.send?.({ type: 'ready' });
