import type { Target } from './options.ts';
import type { Finding, ReportBuilder } from './report.ts';
import { heartbeatOf, open, welcomeOf } from './socket-check.ts';
import type { Closed, DoctorSocket } from './socket.ts';
import type { TicketClient } from './ticket-check.ts';

/** Close code of a missed heartbeat. */
const heartbeatMissed = 4008;

/** No close frame arrived. */
const abnormal = 1006;

/** The default grace period of the server (HEARTBEAT_GRACE_MS), in milliseconds. */
const graceMs = 10_000;

/**
 * Keeps two sockets open for `target.watchMs`: one replies to heartbeats and must stay open, the other one does not and must be closed by
 * the server.
 */
export async function watch(target: Target, client: TicketClient, report: ReportBuilder): Promise<void> {
  const replying = await open(target, await client.next());
  const silent = await open(target, await client.next());
  const heartbeatMs = heartbeatOf(await welcomeOf(replying, target.timeoutMs));
  const [beats, ending] = await Promise.all([replyToBeats(replying, target.watchMs), endOf(silent, target.watchMs)]);
  const end = replying.isClosed ? await replying.closed : undefined;
  const finding = findingOf({ target, heartbeatMs, beats, end, ending });
  await Promise.all([replying.close(target.timeoutMs), silent.close(target.timeoutMs)]);
  if (finding !== undefined) report.fail('watch', finding);
  else
    report.ok('watch', resultOf({ beats, isSilentClosed: ending !== undefined, watchMs: target.watchMs, heartbeatMs }));
}

/** Replies to heartbeats until the socket closes or the time is over. Resolves to their number. */
async function replyToBeats(socket: DoctorSocket, ms: number): Promise<number> {
  const deadline = performance.now() + ms;
  let replied = 0;
  for (;;) {
    const left = deadline - performance.now();
    const beats = (): number => socket.frames.filter(({ type }) => type === 'beat').length;
    await socket.waitFor(() => beats() > replied, left);
    for (; replied < beats(); replied += 1) socket.send({ type: 'beat' });
    if (socket.isClosed || performance.now() >= deadline) return replied;
  }
}

async function endOf(socket: DoctorSocket, ms: number): Promise<Closed | undefined> {
  await socket.waitFor(() => false, ms);
  return socket.isClosed ? socket.closed : undefined;
}

interface Observation {
  readonly target: Target;
  readonly heartbeatMs: number;
  readonly beats: number;
  /** The end of the socket that replied, and of the one that did not. */
  readonly end: Closed | undefined;
  readonly ending: Closed | undefined;
}

function findingOf({ target, heartbeatMs, beats, end, ending }: Observation): Finding | undefined {
  const cut = [end, ending].find((each) => each?.code === abnormal);
  if (cut !== undefined) {
    return {
      culprit: 'idle_timeout',
      message: `the connection was cut after ${seconds(cut.silentMs)} without a frame; heartbeats are sent every ${seconds(heartbeatMs)}`,
      fix: `Raise the idle timeout of the proxy above ${seconds(heartbeatMs + graceMs)}: proxy_read_timeout and proxy_send_timeout (nginx), timeout tunnel (HAProxy), the idle timeout of a load balancer. Or lower HEARTBEAT_MS (heartbeatMs).`,
    };
  }
  if (end !== undefined) {
    return {
      culprit: 'connection_closed',
      message: `the connection was closed with ${end.code} after ${beats} heartbeats`,
      fix: 'The server or a proxy closed it. The table of close codes in PROTOCOL.md names the reason.',
    };
  }
  const isLongEnough = target.watchMs > heartbeatMs + graceMs;
  if (isLongEnough && (beats === 0 || ending === undefined)) {
    return {
      culprit: 'heartbeat_missing',
      message:
        beats === 0
          ? `no heartbeat within ${seconds(target.watchMs)}`
          : 'a client that does not reply to heartbeats stays connected',
      fix: 'Check HEARTBEAT_MS and HEARTBEAT_GRACE_MS (heartbeatMs, heartbeatGraceMs), and that no proxy replies for the client.',
    };
  }
  if (ending !== undefined && ending.code !== heartbeatMissed) {
    return {
      culprit: 'connection_closed',
      message: `a client that does not reply to heartbeats was closed with ${ending.code} instead of ${heartbeatMissed}`,
      fix: 'The proxy replaces the close frame. Turn off content inspection for this path.',
    };
  }
  return undefined;
}

function resultOf(result: {
  readonly beats: number;
  readonly isSilentClosed: boolean;
  readonly watchMs: number;
  readonly heartbeatMs: number;
}): string {
  const { beats, isSilentClosed, watchMs, heartbeatMs } = result;
  const open = `open for ${seconds(watchMs)} with ${beats} heartbeats`;
  if (isSilentClosed) return `${open}; a client that does not reply to them is closed with ${heartbeatMissed}`;
  return `${open}; watch for longer than ${seconds(heartbeatMs + graceMs)} to see how a client that does not reply to them is closed`;
}

const seconds = (ms: number): string => `${Number((ms / 1_000).toFixed(1))} s`;
