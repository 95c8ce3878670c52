/** The strangers' process: knocks at a steady pace, and counts how often it was refused. */
import { Load } from './load.ts';
import type { StrangersAnswer, StrangersRequest } from './strangers.ts';

const everyMs = 5;
/** More than so many are not kept at the door at once, however slow the server is. */
const knockingAtMost = 500;

let timer: NodeJS.Timeout | undefined;
let begun = 0;
let refused = 0;

process.on('message', (request: StrangersRequest) => {
  if (request.ask === 'begin') begin(new Load(request.target), request.perSecond);
  clearInterval(request.ask === 'end' ? timer : undefined);
  const refusedPerSecond = (refused * 1_000) / (performance.now() - begun);
  process.send?.({ refusedPerSecond } satisfies StrangersAnswer);
});

function begin(load: Load, perSecond: number): void {
  begun = performance.now();
  refused = 0;
  let knocked = 0;
  let knocking = 0;
  timer = setInterval(() => {
    const due = ((performance.now() - begun) * perSecond) / 1_000;
    for (; knocked < due && knocking < knockingAtMost; knocked += 1) {
      knocking += 1;
      void load.refused().then(() => {
        knocking -= 1;
        refused += 1;
      });
    }
  }, everyMs);
}

process.once('disconnect', () => {
  process.exit();
});
process.send?.({ type: 'ready' });
