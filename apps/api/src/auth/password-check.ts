import { foldUserName } from '@usher/protocol/server';
import type { FastifyRequest } from 'fastify';
import { HttpProblem } from '../http/http-problem.ts';
import { networkOf } from '../http/network.ts';
import type { Passwords } from '../users/passwords.ts';
import type { KnownUser, Users } from '../users/users.ts';
import type { Attempt, SignInThrottle } from './throttle.ts';

/**
 * Verifies a password and resolves to the user. Throttled. An unknown user takes the same time and causes the same error as a wrong
 * password. The name is case-insensitive.
 *
 * @throws HttpProblem 401 `invalid_credentials`, 429 `too_many_attempts`, 503 `at_capacity`.
 */
export type PasswordCheck = (request: FastifyRequest, user: string, password: string) => Promise<KnownUser>;

export function createPasswordCheck(users: Users, passwords: Passwords, throttle: SignInThrottle): PasswordCheck {
  return async (request, typedName, password) => {
    // Case-folded before throttling, so that all spellings of a name count as one account.
    const name = foldUserName(typedName);
    throttle.check(name, request.ip);
    const user = await users.find(name);
    // The attempt starts when the hash starts, because other attempts may reach the limit while this one is queued.
    let attempt: Attempt | undefined;
    let right = false;
    const origin = { network: networkOf(request.ip), priority: 'sign-in' } as const;
    try {
      right = await passwords.verify(user?.passwordHash, password, origin, () => {
        attempt = throttle.begin(name, request.ip);
      });
    } finally {
      attempt?.settle(right ? 'passed' : 'failed');
    }
    if (user !== undefined && right) return user;
    // The name is logged only if the user exists, because users sometimes type a password into that field.
    request.log.warn({ user: user?.name, address: request.ip }, 'invalid password');
    throw new HttpProblem('invalid_credentials');
  };
}
