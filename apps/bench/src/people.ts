import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenResponse } from '@usher/protocol';
import { post } from './post.ts';
import { startServer } from './server.ts';
import { usherSettings } from './usher-settings.ts';

/** Signed-in users, and a data folder that contains them. */
export interface People {
  /** Access tokens, one a session. */
  readonly tokens: readonly string[];
  /** What they are signed with. */
  readonly secret: string;
  readonly data: string;
}

/** For tickets at the pace of the fullest rounds; each of them has five sessions. */
export function peopleOf(quick: boolean): number {
  return quick ? 40 : 200;
}

const sessionsOfEach = 5;
const atOnce = 4;
const pwd = 'somebody at the bench';

/**
 * Signs people up and in, over the wire. It costs a password hash each, so it is done once and before anything is measured;
 * and a session may ask for sixty tickets a minute, so there are many.
 */
export async function invitePeople(count: number): Promise<People> {
  const secret = randomBytes(32).toString('base64url');
  const data = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const server = await startServer({ folder: data, env: { ...usherSettings, SIGN_UP: 'open', JWT_SECRET: secret } });
  try {
    const tokens: string[] = [];
    let next = 0;
    const invite = async (): Promise<void> => {
      while (next < count) {
        const user = `guest-${next++}`;
        await post(server.url, '/users', { user, pwd });
        for (let n = 0; n < sessionsOfEach; n++) {
          tokens.push((await post<TokenResponse>(server.url, '/auth', { user, pwd })).token);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, invite));
    return { tokens, secret, data };
  } finally {
    await server.stop();
  }
}
