/** The process of the load generator: prepares one measurement of one peer, then runs a round per request. */
import type { Round, Sample } from '../measurement.ts';
import { measurementNamed } from '../measurements/all.ts';
import { reasonOf } from '../process.ts';
import { Load, type Target } from './load.ts';

export type LoadRequest =
  | { readonly ask: 'prepare'; readonly measurement: string; readonly quick: boolean; readonly target: Target }
  | { readonly ask: 'round' };

export type LoadAnswer =
  { readonly ok: true; readonly sample?: Sample } | { readonly ok: false; readonly reason: string };

let round: Round | undefined;

async function serve(request: LoadRequest): Promise<LoadAnswer> {
  try {
    if (request.ask === 'prepare') {
      round = await measurementNamed(request.measurement).prepare(new Load(request.target), request.quick);
      return { ok: true };
    }
    if (round === undefined) throw new Error('received "round" before "prepare"');
    return { ok: true, sample: await round() };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

process.on('message', (request: LoadRequest) => {
  void serve(request).then((answer) => process.send?.(answer));
});
// The bench has exited.
process.once('disconnect', () => {
  process.exit();
});
process.send?.({ type: 'ready' });
