/** What the peers without a protocol of their own say: the least that a program of this kind would, in JSON like Usher's. */

export const welcome = JSON.stringify({ type: 'welcome' });

/** For those who know whom they let in. */
export function welcomeOf(user) {
  return JSON.stringify({ type: 'welcome', user });
}

/** Answers a `ping`, and has a `send` broadcast: encoded once, whoever many get it. */
export function hear(text, reply, broadcast) {
  const message = JSON.parse(text);
  if (message.type === 'ping') reply(JSON.stringify({ type: 'reply', id: message.id }));
  else if (message.type === 'send') broadcast(JSON.stringify({ type: 'message', text: message.text }));
}
