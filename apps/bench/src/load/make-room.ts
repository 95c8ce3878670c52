import type { Load } from './load.ts';

/** Makes a public room, by the HTTP API. */
export async function makeRoom(load: Load, room: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${load.target.port}/api/rooms`, {
    method: 'POST',
    headers: { authorization: `Bearer ${load.sessions.take()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ room, title: room }),
  });
  if (!answer.ok) throw new Error(`the room ${room} could not be made: ${answer.status}`);
}
