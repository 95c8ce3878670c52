import { setTimeout as delay } from 'node:timers/promises';
import { call, signIn } from '../cluster/cluster-client.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import type { Random } from './random.ts';
import type { Recorder } from './recorder.ts';

export interface OwnerOptions {
  readonly user: string;
  readonly password: string;
  /** The access token of the user at the start. */
  readonly token: string;
  /** A private room that the user owns. */
  readonly room: string;
  /** The users who are members at the start. */
  readonly members: readonly string[];
  readonly nodes: readonly ClusterNode[];
  readonly recorder: Recorder;
  readonly random: Random;
}

/** Removes random members from a private room and adds them again, one at a time, until `isRunning` returns false. */
export async function manageMembers(options: OwnerOptions, isRunning: () => boolean): Promise<void> {
  const { room, members, nodes, recorder, random } = options;
  let { token } = options;
  const removed = new Set<string>();
  while (isRunning()) {
    await delay(random.between(50, 400));
    const user = random.pick(members);
    const kind = removed.delete(user) ? 'add' : 'remove';
    if (kind === 'remove') removed.add(user);
    const op = recorder.number();
    const about = { type: 'membership', op, kind, room, user } as const;
    recorder.add({ ...about, phase: 'invoke' });
    let isDone = false;
    // An operation without a response may still take effect, so it is repeated until there is a response.
    while (!isDone && isRunning()) {
      const node = random.pick(nodes);
      const status = await change(node, kind, `/rooms/${room}/members/${user}`, token);
      isDone = status === 204;
      if (status === 401) token = await signIn(node, options.user, options.password).catch(() => token);
      if (!isDone) await delay(200);
    }
    recorder.add({ ...about, phase: isDone ? 'ok' : 'unknown' });
  }
}

/** Resolves to the status of the response; 0 if there is none. */
async function change(node: ClusterNode, kind: 'add' | 'remove', path: string, token: string): Promise<number> {
  try {
    return (await call(node, kind === 'add' ? 'PUT' : 'DELETE', path, { token, timeoutMs: 5_000 })).status;
  } catch {
    return 0;
  }
}
