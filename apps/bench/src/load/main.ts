/** The process of the load generator: prepares one measurement of one peer, then runs a round per request. */
import type { Round, Sample } from '../measurement.ts';
import { measurementNamed } from '../measurements/all.ts';
import { reasonOf } from '../process.ts';
import { Deployment, type DeploymentOrder } from '../cluster/deployment.ts';
import { Load, type Target } from './load.ts';
import { reportProgress } from '../progress.ts';

export type LoadRequest =
  | {
      readonly ask: 'prepare';
      readonly measurement: string;
      readonly quick: boolean;
      /** A running server, or a deployment that this process starts and stops. */
      readonly target: Target | DeploymentOrder;
    }
  | { readonly ask: 'round' };

export type LoadReply =
  { readonly ok: true; readonly sample?: Sample } | { readonly ok: false; readonly reason: string };

let round: Round | undefined;
let deployment: Deployment | undefined;

async function loadOf(target: Target | DeploymentOrder): Promise<Load> {
  if (!('postgres' in target)) return new Load(target);
  deployment = await Deployment.start(target);
  const { nodes, services } = deployment;
  const [first] = nodes;
  if (first === undefined) throw new RangeError('the deployment has no nodes');
  const { tokens } = target.accounts;
  return new Load({ peer: target.peer, port: first.port, pid: first.pid, tokens, nodes, services }, deployment);
}

async function serve(request: LoadRequest): Promise<LoadReply> {
  try {
    if (request.ask === 'prepare') {
      round = await measurementNamed(request.measurement).prepare(await loadOf(request.target), request.quick);
      return { ok: true };
    }
    if (round === undefined) throw new Error('received "round" before "prepare"');
    return { ok: true, sample: await round() };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

process.on('message', (request: LoadRequest) => {
  void serve(request).then((reply) => process.send?.(reply));
});
function end(): void {
  // The nodes close the connections of the members, which is an error at any other time.
  process.on('uncaughtException', () => undefined);
  void (deployment?.stop() ?? Promise.resolve()).then(() => process.exit());
}
// The bench has exited.
process.once('disconnect', end);
process.once('SIGTERM', end);
process.send?.({ type: 'ready' });
reportProgress(() => process.send?.({ type: 'progress' }));
