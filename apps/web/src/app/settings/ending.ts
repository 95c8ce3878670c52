import { HttpErrorResponse } from '@angular/common/http';
import type { Proof } from '@usher/protocol';
import { type Observable, firstValueFrom } from 'rxjs';
import { milliseconds } from '../connection/milliseconds.ts';
import { problemCode } from '../session/http-words.ts';
import { endingTexts } from '../texts/ending.ts';

/** What the server proves of sessions that it ended. They are over in any case. */
export interface Ending extends Proof {
  /** Whether every server has closed what it had open. */
  readonly complete: boolean;
}

/**
 * What came of a call that ends sessions. A 503 with a proof is one too: the end is durable, some server just has not been told.
 *
 * @throws HttpErrorResponse where nothing has ended.
 */
export async function endingOf(call: Observable<Proof>): Promise<Ending> {
  try {
    return { ...(await firstValueFrom(call)), complete: true };
  } catch (error) {
    const body: unknown = error instanceof HttpErrorResponse ? error.error : undefined;
    if (problemCode(error) === 'store_unavailable' && isProof(body)) return { ...body, complete: false };
    throw error;
  }
}

/** What came of it, in words. */
export interface Said {
  readonly words: string;
  /** Whether there is nothing left to come. */
  readonly complete: boolean;
}

/** "Ended. 2 connections were closed in 12 ms." */
export function endingWords(what: string, { closed, nodes, complete }: Ending): Said {
  const longest = milliseconds(Math.max(0, ...nodes.map(({ ms }) => ms)));
  const words = [what, closed === 0 ? endingTexts.none : endingTexts.closed(closed, longest)];
  if (!complete) words.push(endingTexts.untold);
  return { words: words.join(' '), complete };
}

function isProof(value: unknown): value is Proof {
  if (typeof value !== 'object' || value === null || !('closed' in value && 'nodes' in value)) return false;
  return typeof value.closed === 'number' && Array.isArray(value.nodes) && value.nodes.every(isNodeProof);
}

function isNodeProof(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'ms' in value && typeof value.ms === 'number';
}
