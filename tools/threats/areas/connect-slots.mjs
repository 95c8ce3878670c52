/** Threats to the slots at which clients may connect. */
export default [
  {
    id: 'slots-hoarded',
    who: 'one user takes connection slots with many sessions and does not use them',
    get: '429 `too_many_tickets` while others have to wait',
    in: 'libs/ticket/src/connect-slots.ts',
    without: ['if (held.count >= this.#maxPerUser) {', 'if (held.count >= Infinity) {'],
    shown: ['libs/ticket', 'src/connect-slots.spec.ts'],
  },
  {
    id: 'clock-set-back',
    who: 'the system time is set back, and no tickets are issued for that long',
    get: 'waits follow the monotonic clock',
    in: 'libs/ticket/src/connect-slots.ts',
    without: ['options.now ?? (() => performance.now())', 'options.now ?? Date.now'],
    shown: ['libs/ticket', 'src/connect-slots.spec.ts'],
  },
  {
    id: 'clock-revives-tickets',
    who: 'the system time is set back, and expired tickets become valid again',
    get: '401: the memory store follows the monotonic clock',
    in: 'libs/ticket/src/memory-ticket-store.ts',
    without: ['options.monotonicNow ?? options.now ?? (() => performance.now())', 'options.now ?? Date.now'],
    shown: ['libs/ticket', 'src/memory-ticket-store.spec.ts'],
  },
];
