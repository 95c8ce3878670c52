/** The timeout of each request, in milliseconds. */
const deadlineMs = 30_000;

/**
 * Signs in at a server, obtains a ticket and opens a connection with it. Rejects unless the server welcomes the user.
 *
 * @param {string} url the URL of the server
 * @param {string | undefined} user the user, with the password "secret"; `undefined` for a server that assigns guest names
 */
export async function connect(url, user) {
  const signal = AbortSignal.timeout(deadlineMs);
  const signIn = await fetch(`${url}/api/auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, pwd: 'secret' }),
    signal,
  });
  if (!signIn.ok) throw new Error(`POST /api/auth returned ${signIn.status}`);
  const { token } = await signIn.json();
  const ticketCall = await fetch(`${url}/api/ws_ticket`, { headers: { authorization: `Bearer ${token}` }, signal });
  if (!ticketCall.ok) throw new Error(`GET /api/ws_ticket returned ${ticketCall.status}`);
  const { ticket } = await ticketCall.json();
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/ws?ticket=${ticket}`);
  const welcome = await new Promise((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => resolve(JSON.parse(data)), { once: true });
    socket.addEventListener('close', ({ code }) => reject(new Error(`the connection closed with ${code}`)));
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  socket.close();
  if (welcome.type !== 'welcome' || (user !== undefined && welcome.user !== user)) {
    throw new Error(`unexpected first frame ${JSON.stringify(welcome)}`);
  }
}
