import { HttpErrorResponse } from '@angular/common/http';
import type { Proof } from '@usher/protocol';
import { type Observable, firstValueFrom } from 'rxjs';
import { milliseconds } from '../connection/format.ts';
import { problemCode } from '../session/http-errors.ts';
import { endingTexts } from '../texts/settings.ts';

/** The server's proof of a revocation. */
export interface Revocation extends Proof {
  /** Whether every node has closed its connections. */
  readonly complete: boolean;
}

/**
 * Returns the outcome of a revocation. A 503 with a proof is an outcome too: the revocation is durable, but not every node has confirmed
 * it.
 *
 * @throws HttpErrorResponse if no session was revoked
 */
export async function revocationOf(call: Observable<Proof>): Promise<Revocation> {
  try {
    return { ...(await firstValueFrom(call)), complete: true };
  } catch (error) {
    const body: unknown = error instanceof HttpErrorResponse ? error.error : undefined;
    if (problemCode(error) === 'store_unavailable' && isProof(body)) return { ...body, complete: false };
    throw error;
  }
}

/** The outcome as a text. */
export interface RevocationText {
  readonly text: string;
  /** Whether the revocation is complete. */
  readonly complete: boolean;
}

/** Formats as "Ended. 2 connections were closed in 12 ms." */
export function revocationText(what: string, { closed, nodes, complete }: Revocation): RevocationText {
  const longest = milliseconds(Math.max(0, ...nodes.map(({ ms }) => ms)));
  const text = [what, closed === 0 ? endingTexts.none : endingTexts.closed(closed, longest)];
  if (!complete) text.push(endingTexts.unconfirmed);
  return { text: text.join(' '), complete };
}

/** Whether a value is a proof of revocation. */
export function isProof(value: unknown): value is Proof {
  if (typeof value !== 'object' || value === null || !('closed' in value && 'nodes' in value)) return false;
  return typeof value.closed === 'number' && Array.isArray(value.nodes) && value.nodes.every(isNodeProof);
}

function isNodeProof(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'ms' in value && typeof value.ms === 'number';
}
