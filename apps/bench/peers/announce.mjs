/** Setup shared by all peers, so that none has an advantage. */

/** The listen backlog. With Node's default of 511, a burst of connections would wait for the kernel instead of the server. */
export const backlog = 4096;

/** The key that signs the JWTs of the peers that authenticate with one. */
export const secret = process.env.JWT_SECRET ?? '';

/** Sends the peer's URL to the bench, and exits when the bench disconnects. */
export function announce(port) {
  process.once('disconnect', () => process.exit());
  process.send({ type: 'ready', url: `http://127.0.0.1:${port}` });
}

/** Listens on an ephemeral loopback port. */
export function listen(server) {
  server.listen({ host: '127.0.0.1', port: 0, backlog }, () => announce(server.address().port));
}
