/**
 * How long a session that is ended goes on at its open sockets: from the moment when the call is made to the moment when a client
 * has the 4501, measured at the client. Usage: `npm run measure:sign-out [-- ROUNDS BYSTANDERS]`.
 */
import type { TicketSocket } from '@usher/client';
import type { Proof, RoomsProtocol } from '@usher/protocol';
import { filter, firstValueFrom } from 'rxjs';
import { type Figures, figuresOf } from './figures.ts';
import { type SignedInUser, signIn } from './accounts.ts';
import { startServer } from './server.ts';

const rounds = count(process.argv[2], 50);
const bystanders = count(process.argv[3], 500);
const socketsOfSession = 5;

/** Resolves when the client has heard that its session is over. */
async function over(socket: TicketSocket<RoomsProtocol>): Promise<number> {
  const { reason } = await firstValueFrom(socket.state$.pipe(filter(({ name }) => name === 'signed_out')));
  if (reason.code !== 4501) throw new Error(`closed with ${String(reason.code)}`);
  return performance.now();
}

async function measure(url: string, end: (victim: SignedInUser) => Promise<unknown>) {
  const [first, last, answered]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const victim = await signIn(url, 'maggie');
    const sockets = [];
    for (let n = 0; n < socketsOfSession; n++) sockets.push(await victim.connect());
    const closing = sockets.map(over);
    const begun = performance.now();
    const proof = await end(victim);
    answered.push(performance.now() - begun);
    const times = (await Promise.all(closing)).map((at) => at - begun);
    if (proof !== undefined && (proof as Proof).closed !== socketsOfSession) throw new Error('the proof is wrong');
    first.push(Math.min(...times));
    last.push(Math.max(...times));
  }
  return { first: figuresOf(first), last: figuresOf(last), answered: figuresOf(answered) };
}

function count(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!(Number.isSafeInteger(value) && value > 0 && value <= 5_000)) throw new RangeError('wants a count, 1 to 5000');
  return value;
}

function line(name: string, { median, p99, max }: Figures): string {
  return `| ${name} | ${median.toFixed(1)} | ${p99.toFixed(1)} | ${max.toFixed(1)} |\n`;
}

const server = await startServer({
  env: { MAX_CONNECTIONS_PER_USER: '6000', CONNECTS_PER_SECOND: '100000', CALLS_PER_SECOND: '0' },
});
try {
  const crowd = [];
  for (let n = 0; n < bystanders; n += 10) {
    // A session has at most ten tickets outstanding and sixty in a minute.
    const person = await signIn(server.url, 'bart');
    for (let m = n; m < Math.min(n + 10, bystanders); m++) crowd.push(await person.connect());
  }
  const device = await signIn(server.url, 'maggie');
  const bySelf = await measure(server.url, (victim) => victim.call('DELETE', '/auth'));
  const byDevice = await measure(server.url, (victim) => device.call('DELETE', `/sessions/${victim.session}`));
  for (const socket of crowd) if (socket.state.name !== 'open') throw new Error('a bystander was closed');
  process.stdout.write(
    `${rounds} rounds, ${socketsOfSession} sockets of the session, ${bystanders} connections of others; milliseconds at the client\n\n` +
      '| | median | p99 | max |\n| --- | --- | --- | --- |\n' +
      line('sign out: first 4501', bySelf.first) +
      line('sign out: last 4501', bySelf.last) +
      line('sign out: the answer', bySelf.answered) +
      line('ended from another device: first 4501', byDevice.first) +
      line('ended from another device: last 4501', byDevice.last) +
      line('ended from another device: the answer', byDevice.answered),
  );
  for (const socket of crowd) socket.stop();
} finally {
  await server.stop();
}
