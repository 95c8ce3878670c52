/** Threats to the end of the process. */
export default [
  {
    id: 'held-shutdown',
    who: 'a client leaves requests half sent or responses unread while the server stops',
    get: 'its connections are cut at the deadline, the database is closed and the exit code is 0',
    in: 'apps/api/src/lifecycle/shutdown.ts',
    without: ['for (const socket of left) socket.destroy();', ''],
    shown: ['apps/api', 'src/lifecycle/shutdown.spec.ts'],
  },
  {
    id: 'silent-shutdown',
    who: 'a client opens connections and sends nothing, so that each restart takes the whole `DRAIN_SECONDS`',
    get: 'connections without a complete request are closed within a second',
    in: 'apps/api/src/lifecycle/shutdown.ts',
    without: ['if (!withoutRequest.has(socket)) continue;', 'if (silent.has(socket)) continue;'],
    shown: ['apps/api', 'src/lifecycle/shutdown.spec.ts'],
  },
  {
    id: 'stuck-websocket',
    who: 'a client with a WebSocket does not respond to the close frame while the server stops',
    get: 'the drain cuts it at the deadline',
    in: 'libs/realtime/src/connections/connections.ts',
    without: ['this.#terminateAll();\n          }, withinMs);', '}, withinMs);'],
    shown: ['libs/realtime', 'src/connections/drain.spec.ts'],
  },
];
