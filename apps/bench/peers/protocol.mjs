/** The minimal JSON protocol of the peers that do not define their own. */

export const welcome = JSON.stringify({ type: 'welcome' });

/** The welcome message of peers that authenticate users. */
export function welcomeOf(user) {
  return JSON.stringify({ type: 'welcome', user });
}

/** Answers a `ping` and broadcasts a `send`. The message is encoded once for all recipients. */
export function handleMessage(text, reply, broadcast) {
  const message = JSON.parse(text);
  if (message.type === 'ping') reply(JSON.stringify({ type: 'reply', id: message.id }));
  else if (message.type === 'send') broadcast(JSON.stringify({ type: 'message', text: message.text }));
}
