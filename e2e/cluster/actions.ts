import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { call, ClusterClient, signIn } from './cluster-client.ts';
import type { ClusterNode } from './cluster-node.ts';

/** Attempts a handshake with a ticket. Resolves to the status of the response: 101 if it was accepted; then the socket is closed. */
export function handshakeStatus(node: ClusterNode, ticket: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    };
    const handshake = request(`${node.url}/api/ws?ticket=${ticket}`, { headers });
    handshake.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    handshake.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    handshake.once('error', reject);
    handshake.end();
  });
}

/** Creates a private room with its owner and these members. */
export async function createPrivateRoom(
  node: ClusterNode,
  token: string,
  room: string,
  members: readonly string[],
): Promise<void> {
  const responses = [await call(node, 'POST', '/rooms', { token, body: { room, title: room, private: true } })];
  for (const user of members) responses.push(await call(node, 'PUT', `/rooms/${room}/members/${user}`, { token }));
  const statuses = responses.map(({ status }) => status);
  if (statuses.some((status) => status >= 300)) throw new Error(`${room} could not be created: ${statuses.join()}`);
}

/** Signs a user in, connects and joins a room. */
export async function joined(
  node: ClusterNode,
  user: string,
  room: string,
): Promise<{ readonly token: string; readonly client: ClusterClient }> {
  const token = await signIn(node, user);
  const client = await ClusterClient.connect(node, token);
  await join(client, room);
  return { token, client };
}

/** Joins a room. Rejects if it is denied. */
export async function join(client: ClusterClient, room: string): Promise<Readonly<Record<string, unknown>>> {
  const reply = await client.request('join', { room });
  if (reply.type !== 'reply') throw new Error(`${room} was not joined: ${String(reply['code'])}`);
  return reply['data'] as Record<string, unknown>;
}

/** The id of the session of a token. */
export async function sessionOf(node: ClusterNode, token: string): Promise<string> {
  return String((await call(node, 'GET', '/me', { token })).json['session']);
}

/** Resolves to `issued`, or the status and problem code of the rejected ticket call. */
export async function ticketOutcome(node: ClusterNode, token: string): Promise<string> {
  const { status, json } = await call(node, 'GET', '/ws_ticket', { token });
  return status === 200 ? 'issued' : `${status} ${String(json['code'])}`;
}

/** The status of the readiness check. */
export async function readiness(node: ClusterNode): Promise<number> {
  return (await call(node, 'GET', '/health/ready')).status;
}

/** Returns how many nodes confirm a sign-out, or 0 if one of them does not respond. */
export async function nodesInProof(node: ClusterNode): Promise<number> {
  const token = await signIn(node, 'lisa');
  const { status, json } = await call(node, 'DELETE', `/sessions/${await sessionOf(node, token)}`, { token });
  return status === 200 ? (json['nodes'] as readonly unknown[]).length : 0;
}
