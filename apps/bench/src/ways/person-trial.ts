import type { RunningPeer } from '../peers.ts';
import { attempt, type Outcome } from './attempt.ts';
import { obtain, type Somebody } from './secrets.ts';
import type { Way } from './way.ts';

/** Who is taken for whom. */
export interface PersonTrial {
  readonly who: string;
  /** Somebody at the same address with the same User-Agent, who has no secret, while the other is signed in. */
  readonly imposter: Outcome;
  /** Two people behind one address with the same browser, both signed in; the first one dials. */
  readonly besideAnother: Outcome;
  /** The same person from another address than before, as after a change of network; absent where loopback has only one. */
  readonly moved?: Outcome;
}

/** Also loopback on Linux; elsewhere it is nobody's. */
const otherAddress = '127.0.0.2';

export async function personTrial(
  way: Way,
  server: RunningPeer,
  [one, other]: readonly [Somebody, Somebody],
): Promise<PersonTrial> {
  const { port } = server;
  const place = { port, agent: one.agent };
  const own = await obtain(way, port, one);
  const first = await attempt({ ...place, ...way.dial(own.secret) });
  if (first.is !== 'in' || first.user !== one.user) throw new Error(`${way.name}: ${one.user} was not let in`);
  const imposter = await attempt({ ...place, ...way.dial() });
  const fresh = await obtain(way, port, one);
  await obtain(way, port, { ...other, agent: one.agent });
  const besideAnother = await attempt({ ...place, ...way.dial(fresh.secret) });
  const ahead = await obtain(way, port, one);
  const known = { who: one.user, imposter, besideAnother };
  if (process.platform !== 'linux') return known;
  return { ...known, moved: await attempt({ ...place, ...way.dial(ahead.secret), localAddress: otherAddress }) };
}
