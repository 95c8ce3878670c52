/** Threats from authenticated clients over the socket. */
export default [
  {
    id: 'slow-reader',
    who: 'a client reads nothing and lets the server’s memory fill',
    get: '4009 beyond 1 MiB',
    in: 'libs/realtime/src/connections/seat.ts',
    without: ["if (this.socket.bufferedBytes > this.usher.bufferedBytes) this.usher.close(this, 'slow_consumer');", ''],
    shown: ['libs/realtime', 'src/connections/back-pressure.spec.ts'],
  },
  {
    id: 'message-flood',
    who: 'a client sends without end',
    get: '`rate_limited`, and 4029 when it does not stop',
    in: 'libs/realtime/src/rooms/saying.ts',
    without: ['if (waitMs === 0) return;', 'if (waitMs >= 0) return;'],
    shown: ['libs/realtime', 'src/connections/limits.spec.ts'],
  },
  {
    id: 'huge-frame',
    who: 'a client sends frames larger than allowed',
    get: '1009',
    in: 'libs/realtime/src/connections/connections.ts',
    without: ["this.#closeSeat(seat, 'too_large');", ''],
    shown: ['libs/realtime', 'src/connections/limits.spec.ts'],
  },
  {
    id: 'foreign-room',
    who: 'somebody comes back to a room that they may not enter any more',
    get: '`not_found`: every rejoin is judged again',
    in: 'libs/realtime/src/rooms/join.ts',
    without: ["await means.judge(guest.connection.identity, params.room, 'join');", ''],
    shown: ['libs/realtime', 'src/rooms/join-recovery.spec.ts'],
  },
];
