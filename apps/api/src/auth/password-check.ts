import { foldUserName } from '@usher/protocol/server';
import type { FastifyRequest } from 'fastify';
import { HttpProblem } from '../http/http-problem.ts';
import { networkOf } from '../http/network.ts';
import type { Passwords } from '../users/passwords.ts';
import type { KnownUser, Users } from '../users/users.ts';
import type { Attempt, SignInThrottle } from './throttle.ts';

/**
 * Resolves to the user if the password is right. Throttled. An unknown user takes the same time and gives the same error.
 * The case of the name does not matter.
 *
 * @throws HttpProblem 401 `invalid_credentials`, 429 `too_many_attempts`, 503 `at_capacity`.
 */
export type PasswordCheck = (request: FastifyRequest, user: string, password: string) => Promise<KnownUser>;

export function createPasswordCheck(users: Users, passwords: Passwords, throttle: SignInThrottle): PasswordCheck {
  return async (request, typedName, password) => {
    // Folded before it is throttled: every spelling of a name counts as the same account.
    const name = foldUserName(typedName);
    throttle.check(name, request.ip);
    const user = await users.find(name);
    // The attempt begins when the hash does: while it waits for its turn, the limit may be reached by others.
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
    // The name is logged only if such a user exists: people type passwords into that field too.
    request.log.warn({ user: user?.name, address: request.ip }, 'a password was refused');
    throw new HttpProblem('invalid_credentials');
  };
}
