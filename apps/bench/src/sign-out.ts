/**
 * Measures the time from the call that ends a session until its clients receive the close code 4501, with idle connections of
 * other users. Usage: `npm run measure:sign-out [-- ROUNDS IDLE]`.
 */
import type { TicketSocket } from '@usher/client';
import type { Proof, RoomsProtocol } from '@usher/protocol';
import { filter, firstValueFrom } from 'rxjs';
import { type Figures, figuresOf } from './figures.ts';
import { type SignedInUser, signIn } from './accounts.ts';
import { startServer } from './server.ts';

const rounds = count(process.argv[2], 50);
const idle = count(process.argv[3], 500);
const socketsOfSession = 5;

/** Resolves to the time at which the client receives the close code 4501. */
async function signedOut(socket: TicketSocket<RoomsProtocol>): Promise<number> {
  const { reason } = await firstValueFrom(socket.state$.pipe(filter(({ name }) => name === 'signed_out')));
  if (reason.code !== 4501) throw new Error(`closed with ${String(reason.code)}`);
  return performance.now();
}

async function measure(url: string, end: (user: SignedInUser) => Promise<unknown>) {
  const [first, last, responded]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const user = await signIn(url, 'maggie');
    const sockets = [];
    for (let n = 0; n < socketsOfSession; n++) sockets.push(await user.connect());
    const closing = sockets.map(signedOut);
    const begun = performance.now();
    const proof = await end(user);
    responded.push(performance.now() - begun);
    const times = (await Promise.all(closing)).map((at) => at - begun);
    if (proof !== undefined && (proof as Proof).closed !== socketsOfSession)
      throw new Error('the proof must count all sockets of the session');
    first.push(Math.min(...times));
    last.push(Math.max(...times));
  }
  return { first: figuresOf(first), last: figuresOf(last), responded: figuresOf(responded) };
}

function count(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!(Number.isSafeInteger(value) && value > 0 && value <= 5_000))
    throw new RangeError('invalid argument: must be an integer between 1 and 5000');
  return value;
}

function line(name: string, { median, p99, max }: Figures): string {
  return `| ${name} | ${median.toFixed(1)} | ${p99.toFixed(1)} | ${max.toFixed(1)} |\n`;
}

const server = await startServer({
  env: { MAX_CONNECTIONS_PER_USER: '6000', CONNECTS_PER_SECOND: '100000', CALLS_PER_SECOND: '0' },
});
try {
  const idleSockets = [];
  for (let n = 0; n < idle; n += 10) {
    // A session has at most ten unused tickets, and may request 60 per minute.
    const user = await signIn(server.url, 'bart');
    for (let m = n; m < Math.min(n + 10, idle); m++) idleSockets.push(await user.connect());
  }
  const device = await signIn(server.url, 'maggie');
  const ownDevice = await measure(server.url, (user) => user.call('DELETE', '/auth'));
  const otherDevice = await measure(server.url, (user) => device.call('DELETE', `/sessions/${user.session}`));
  for (const socket of idleSockets)
    if (socket.state.name !== 'open') throw new Error('an idle connection of another user was closed');
  process.stdout.write(
    `${rounds} rounds, ${socketsOfSession} sockets of the session, ${idle} idle connections of other users; milliseconds at the client\n\n` +
      '| | median | p99 | max |\n| --- | --- | --- | --- |\n' +
      line('sign-out: first 4501', ownDevice.first) +
      line('sign-out: last 4501', ownDevice.last) +
      line('sign-out: HTTP response', ownDevice.responded) +
      line('ended from another device: first 4501', otherDevice.first) +
      line('ended from another device: last 4501', otherDevice.last) +
      line('ended from another device: HTTP response', otherDevice.responded),
  );
  for (const socket of idleSockets) socket.stop();
} finally {
  await server.stop();
}
