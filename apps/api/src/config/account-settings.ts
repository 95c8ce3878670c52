import { foldUserName, userNamePattern } from '@usher/protocol/server';
import { Type } from 'typebox';
import { flag, integer, oneOf, options } from './setting-kinds.ts';

/** Sign-up, passwords and the first accounts. */
export const accountSettings = {
  SIGN_UP: oneOf(['closed', 'open'], 'closed', '`closed` or `open`: whether users can create accounts'),
  SIGN_UPS_PER_ADDRESS: integer(
    30,
    0,
    100_000,
    'burst of sign-ups from one address; above it, three sign-ups per minute; 0: no limit',
  ),
  PASSWORD_MIN_LENGTH: integer(
    8,
    8,
    64,
    'minimum length of a new password. NIST SP 800-63B-4 requires 15 without a second factor',
  ),
  ADMIN_USER: Type.Optional(
    Type.String(
      options({
        description:
          'the first administrator, created in an empty database and ignored (with a warning) in any other: 1 to 32 of `a-z 0-9 . _ -` with a letter or digit',
        constraint: 'must have 1 to 32 characters of a-z 0-9 . _ - with at least one letter or digit',
        // An operator may confuse it with ADMIN_PASSWORD.
        secret: true,
        requiredWith: ['ADMIN_PASSWORD'],
        pattern: userNamePattern,
        parse: foldUserName,
      }),
    ),
  ),
  ADMIN_PASSWORD: Type.Optional(
    Type.String(
      options({
        description: 'the password of `ADMIN_USER`: 8 to 256 characters that are not easy to guess',
        constraint: 'must have 8 to 256 characters',
        secret: true,
        verbatim: true,
        requiredWith: ['ADMIN_USER'],
        minLength: 8,
        maxLength: 256,
      }),
    ),
  ),
  DEMO_USERS: flag(
    'creates `maggie`, `bart`, `lisa` and `admin` (pwd `secret`) and two rooms in an empty database. Rejected with a `PUBLIC_URL` that is not a loopback address',
  ),
};
