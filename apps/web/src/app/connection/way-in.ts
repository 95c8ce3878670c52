import type { ConnectionState, Step } from '@usher/client';
import type { connectionTexts } from '../texts/connection.ts';

export interface Station {
  readonly name: keyof typeof connectionTexts.steps;
  readonly status: 'done' | 'now' | 'failed' | 'later';
  /** How long it took, where it was measured. */
  readonly ms?: number;
  /** Why it failed. */
  readonly code?: string | number;
}

/** Where the latest try stands on its way token → ticket → handshake → open. */
export function wayIn(state: ConnectionState, steps: readonly Step[]): readonly Station[] {
  const begin = steps.findLastIndex(({ step }) => step === 'ticket');
  const latest = begin < 0 ? [] : steps.slice(begin);
  const find = (step: Step['step']): Step | undefined => latest.find((each) => each.step === step);
  const ticket = find('ticket_ok');
  const refused = find('refused');
  const open = find('open');
  const welcome = find('welcome');
  const closed = find('close');
  const token: Station = { name: 'token', status: state.name === 'signed_out' ? 'failed' : 'done' };
  return [
    token,
    station('ticket', ticket, refused, state.name === 'ticket'),
    station(
      'handshake',
      open,
      open === undefined ? closed : undefined,
      state.name === 'waiting' || state.name === 'connecting',
    ),
    station('open', state.name === 'open' ? welcome : undefined, open === undefined ? undefined : closed, false),
  ];
}

function station(name: Station['name'], done: Step | undefined, failed: Step | undefined, now: boolean): Station {
  if (failed !== undefined)
    return { name, status: 'failed', ...(failed.code === undefined ? {} : { code: failed.code }) };
  if (done !== undefined) return { name, status: 'done', ...(done.ms === undefined ? {} : { ms: done.ms }) };
  return { name, status: now ? 'now' : 'later' };
}
