import type { RunningPeer } from '../peers.ts';
import { attempt, type Outcome } from './attempt.ts';
import { obtain, type Somebody } from './secrets.ts';
import type { Way } from './way.ts';

/** Which identity the server assigns to a connection. */
export interface PersonTrial {
  readonly who: string;
  /** A client without a secret, with the address and User-Agent of a signed-in user. */
  readonly imposter: Outcome;
  /** Two signed-in users with the same address and User-Agent; the first one dials. */
  readonly besideAnother: Outcome;
  /** The same person from another address than before, as after a change of network; absent where loopback has only one. */
  readonly moved?: Outcome;
}

/** Loopback on Linux; not assigned on other systems. */
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
