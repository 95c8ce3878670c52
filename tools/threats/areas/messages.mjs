/** Threats from authenticated clients over the socket. */
export default [
  {
    id: 'slow-reader',
    who: 'a client stops reading and fills the server’s memory',
    get: '4009 when more than 1 MiB is buffered',
    in: 'libs/realtime/src/connections/seat.ts',
    without: ["if (this.socket.bufferedBytes > this.usher.bufferedBytes) this.usher.close(this, 'slow_consumer');", ''],
    shown: ['libs/realtime', 'src/connections/back-pressure.spec.ts'],
  },
  {
    id: 'message-flood',
    who: 'a client sends without limit',
    get: '`rate_limited`, then 4029 if the client continues',
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
    who: 'a client rejoins a room after it lost access',
    get: '`not_found`: every rejoin is authorized again',
    in: 'libs/realtime/src/rooms/join.ts',
    without: ["await means.judge(guest.connection.identity, params.room, 'join');", ''],
    shown: ['libs/realtime', 'src/rooms/join-recovery.spec.ts'],
  },
];
