/** What every peer does alike, so that none has an advantage in it. */

/** How many connections may knock before they are taken. Node's own 511 would make a crowd wait for the kernel instead of the server. */
export const backlog = 4096;

/** Signs the tokens of those peers that want one; the load signs with it as well. */
export const secret = process.env.JWT_SECRET ?? '';

/** Tells the bench where this peer listens, and ends it when the bench is gone, however that went. */
export function announce(port) {
  process.once('disconnect', () => process.exit());
  process.send({ type: 'ready', url: `http://127.0.0.1:${port}` });
}

/** Listens on a port that the system chooses, on loopback only. */
export function listen(server) {
  server.listen({ host: '127.0.0.1', port: 0, backlog }, () => announce(server.address().port));
}
