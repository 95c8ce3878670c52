import type { FastifyRequest } from 'fastify';
import { HttpProblem } from '../http/http-problem.ts';
import type { Passwords } from '../users/passwords.ts';
import type { KnownUser, Users } from '../users/users.ts';
import type { Attempt, SignInThrottle } from './throttle.ts';

/**
 * Looks whether a password is the user's: throttled, and at the same price and with the same answer for a user who does not exist.
 *
 * @throws HttpProblem 401 `invalid_credentials`, 429 `too_many_attempts`, 503 `at_capacity`.
 */
export type PasswordCheck = (request: FastifyRequest, user: string, password: string) => Promise<KnownUser>;

export function createPasswordCheck(users: Users, passwords: Passwords, throttle: SignInThrottle): PasswordCheck {
  return async (request, name, password) => {
    throttle.check(name, request.ip);
    const user = await users.find(name);
    // Begun when the hash is: an attempt that still waits for its turn has not been judged yet.
    let attempt: Attempt | undefined;
    let right = false;
    try {
      right = await passwords.verify(user?.passwordHash, password, () => {
        attempt = throttle.begin(name, request.ip);
      });
    } finally {
      attempt?.settle(right ? 'passed' : 'failed');
    }
    if (user !== undefined && right) return user;
    // What was typed as a name is logged only where it is one: people type passwords into that field too.
    request.log.warn({ user: user?.name, address: request.ip }, 'a password was refused');
    throw new HttpProblem('invalid_credentials');
  };
}
