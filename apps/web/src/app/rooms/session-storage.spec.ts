import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EndReason } from '../session/end-reason.ts';
import { Session } from '../session/session.ts';
import { draftsKey } from '../storage/unsent-data.ts';
import { Drafts } from './session-storage.ts';

let ended: EndReason | undefined;

/** The drafts of a user after a reload. */
function draftsOf(user: string): Drafts {
  TestBed.resetTestingModule();
  const session = { user: () => user, endReason: () => ended };
  TestBed.configureTestingModule({ providers: [Drafts, { provide: Session, useValue: session }] });
  return TestBed.inject(Drafts);
}

describe('drafts', () => {
  beforeEach(() => {
    sessionStorage.clear();
    ended = 'expired';
  });

  test('survive a reload, separately for each room', () => {
    draftsOf('maggie').keep('general', 'half a tho');
    const drafts = draftsOf('maggie');
    expect(drafts.of('general')).toBe('half a tho');
    expect(drafts.of('random')).toBe('');
  });

  test('leave nothing in the storage when they are emptied', () => {
    const drafts = draftsOf('maggie');
    drafts.keep('general', 'x');
    drafts.keep('general', '');
    expect(sessionStorage.getItem(draftsKey)).toBeNull();
  });

  test('are hidden from the next user and deleted from the storage', () => {
    draftsOf('maggie').keep('general', 'a secret');
    expect(draftsOf('bart').of('general')).toBe('');
    expect(sessionStorage.getItem(draftsKey)).toBeNull();
  });

  test.each(['expired', 'refresh_reused'] as const)(
    'are kept for the same user after the session ended with %s',
    (reason) => {
      draftsOf('maggie').keep('general', 'half a tho');
      ended = reason;
      expect(draftsOf('maggie').of('general')).toBe('half a tho');
    },
  );

  test('are deleted at sign-out', () => {
    draftsOf('maggie').keep('general', 'a secret');
    ended = 'signed_out';
    TestBed.resetTestingModule();
    expect(sessionStorage.getItem(draftsKey)).toBeNull();
  });

  test.each(['nonsense', '1', '{}', '{"user":"maggie","rooms":null}', '{"user":"maggie","rooms":{"general":5}}'])(
    'ignore the invalid stored value %s',
    (text) => {
      sessionStorage.setItem(draftsKey, text);
      expect(draftsOf('maggie').of('general')).toBe('');
    },
  );
});
