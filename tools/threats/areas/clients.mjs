/** Threats to users who share a page or a browser. */
export default [
  {
    id: 'next-user',
    who: 'a user signs in on a page where another user was connected',
    get: 'the socket closes and the data of the rooms is deleted before the next frame',
    in: 'libs/client/src/socket/machine.ts',
    without: [
      'if (isSame && !differ(owner?.user, current.welcome?.user)) return true;',
      'if (isSame || owner) return true;',
    ],
    shown: ['libs/client', 'src/socket/identity.spec.ts'],
  },
];
