import type { ConnectionState, Step } from '@usher/client';
import type { connectionTexts } from '../texts/connection.ts';

export interface ConnectionStep {
  readonly name: keyof typeof connectionTexts.steps;
  /** `blocked`: the server did not respond, so nothing was rejected. */
  readonly status: 'done' | 'now' | 'failed' | 'blocked' | 'later';
  /** The duration of this step alone (ms). */
  readonly ms?: number;
  /** The problem code or close code of a failure. */
  readonly code?: string | number;
  /** Why the server did not respond. */
  readonly cause?: 'offline' | 'timeout' | 'unreachable';
}

/** The steps of the latest connection attempt: token → ticket → handshake → welcome. */
export function connectionSteps(state: ConnectionState, steps: readonly Step[]): readonly ConnectionStep[] {
  const begin = steps.findLastIndex(({ step }) => step === 'ticket');
  const latest = begin < 0 ? [] : steps.slice(begin);
  const find = (step: Step['step']): Step | undefined => latest.find((each) => each.step === step);
  const open = find('open');
  const closed = find('close');
  return [
    { name: 'token', status: state.name === 'signed_out' ? 'failed' : 'done' },
    ticketStep(state, find('ticket_ok'), find('refused')),
    stepOf(
      'handshake',
      open,
      open === undefined ? closed : undefined,
      state.name === 'waiting' || state.name === 'connecting',
    ),
    stepOf(
      'open',
      state.name === 'open' ? welcomeAfter(open, find('welcome')) : undefined,
      open === undefined ? undefined : closed,
      false,
    ),
  ];
}

function ticketStep(state: ConnectionState, done: Step | undefined, failed: Step | undefined): ConnectionStep {
  if (failed === undefined || failed.code !== undefined) {
    return stepOf('ticket', done, failed, state.name === 'ticket');
  }
  const { kind } = state.reason;
  const cause = kind === 'offline' || kind === 'timeout' ? kind : 'unreachable';
  return { name: 'ticket', status: 'blocked', cause };
}

/** The client measures `welcome` from the start of the handshake. Subtracts the handshake, which is a separate step. */
function welcomeAfter(open: Step | undefined, welcome: Step | undefined): Step | undefined {
  if (welcome?.ms === undefined || open?.ms === undefined) return welcome;
  return { ...welcome, ms: Math.max(0, welcome.ms - open.ms) };
}

function stepOf(
  name: ConnectionStep['name'],
  done: Step | undefined,
  failed: Step | undefined,
  now: boolean,
): ConnectionStep {
  if (failed !== undefined)
    return { name, status: 'failed', ...(failed.code === undefined ? {} : { code: failed.code }) };
  if (done !== undefined) return { name, status: 'done', ...(done.ms === undefined ? {} : { ms: done.ms }) };
  return { name, status: now ? 'now' : 'later' };
}
