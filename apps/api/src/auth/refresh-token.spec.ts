import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { newApp } from '../testing/new-app.ts';
import { clock } from '../testing/per-test.ts';
import { newRefreshToken, seal, unseal } from '@usher/server/sessions';

/** Changes one character of a base64url text to one that differs in the highest bit. */
function flip(text: string, index: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const flipped = alphabet[alphabet.indexOf(text.charAt(index)) ^ 32] ?? '';
  return text.slice(0, index) + flipped + text.slice(index + 1);
}

describe('an encrypted successor', () => {
  test('decrypts only under the token that it replaces', () => {
    fc.assert(
      fc.property(fc.integer(), () => {
        const first = newRefreshToken();
        const second = newRefreshToken(first.family).secret;
        const sealed = seal(second, first);
        expect(sealed).toMatch(/^v1\.[\w-]{80}$/);
        expect(sealed).not.toContain(second);
        expect(unseal(sealed, first)).toBe(second);
        expect(unseal(sealed, newRefreshToken(first.family))).toBeUndefined();
        expect(unseal(sealed, { ...newRefreshToken(), secret: first.secret })).toBeUndefined();
      }),
    );
  });

  test('has a new nonce each time', () => {
    const first = newRefreshToken();
    const second = newRefreshToken(first.family).secret;
    const nonces = Array.from({ length: 100 }, () => seal(second, first).slice(3, 19));
    expect(new Set(nonces).size).toBe(100);
  });

  test('does not decrypt after any change', () => {
    const first = newRefreshToken();
    const sealed = seal(newRefreshToken(first.family).secret, first);
    for (let index = 3; index < sealed.length; index++) expect(unseal(flip(sealed, index), first)).toBeUndefined();
    for (let length = 0; length < sealed.length; length++) {
      expect(unseal(sealed.slice(0, length), first)).toBeUndefined();
    }
    for (const other of [`${sealed}A`, sealed.replace('v1.', 'v2.'), sealed.slice(3), sealed.replace('.', '')]) {
      expect(unseal(other, first)).toBeUndefined();
    }
  });
});

describe('damaged successors in the database', () => {
  /** A browser whose cookie was consumed, and access to the successors of its session. */
  async function consumedCookie() {
    const time = clock();
    const app = await newApp();
    const owner = await new Browser(app).signIn('maggie');
    const late = new Browser(app);
    late.cookie = owner.cookie;
    await owner.refresh();
    const database = new DatabaseSync(join(app.dataDir, 'usher.db'));
    onTestFinished(() => {
      database.close();
    });
    /** Replaces the successors of the session. */
    function change(edit: (json: string) => string): void {
      const row = database.prepare('SELECT refresh_recent AS json FROM sessions WHERE id = ?').get(owner.session);
      const json = String(row?.['json']);
      expect(edit(json)).not.toBe(json);
      database.prepare('UPDATE sessions SET refresh_recent = ? WHERE id = ?').run(edit(json), owner.session);
    }
    return { app, time, owner, late, change };
  }

  const editSealed = (edit: (sealed: string) => string) => (json: string) => {
    const [entry, ...others] = JSON.parse(json) as { readonly sealed: string }[];
    return JSON.stringify([{ ...entry, sealed: edit(entry?.sealed ?? '') }, ...others]);
  };
  const edits: [string, (json: string) => string][] = [
    ['a flipped byte in the nonce', editSealed((sealed) => flip(sealed, 3))],
    ['a flipped byte in the encrypted secret', editSealed((sealed) => flip(sealed, 30))],
    ['a flipped byte in the tag', editSealed((sealed) => flip(sealed, 82))],
    ['a truncated value', editSealed((sealed) => sealed.slice(0, -4))],
    ['no value', editSealed(() => '')],
    ['the format without version and tag', editSealed(() => 'A'.repeat(43))],
    ['an unknown version', editSealed((sealed) => sealed.replace('v1', 'v9'))],
  ];
  const invalid: [string, (json: string) => string][] = [
    ['truncated JSON', (json) => json.slice(0, -10)],
    ['an empty text', () => ''],
    ['another JSON type', () => 'null'],
    ['an entry with missing fields', () => '[{}]'],
  ];

  test.each([...edits, ...invalid])(
    'end the session for a consumed cookie, without treating it as stolen: %s',
    async (_name, edit) => {
      const { app, owner, late, change } = await consumedCookie();
      const socket = await app.connect('maggie', owner.token);
      change(edit);
      const { status, json } = await late.refresh();
      expect([status, json?.['code'], json?.['detail']]).toEqual([401, 'session_ended', undefined]);
      expect(late.cookie).toBeUndefined();
      expect((await owner.ask('GET', '/api/me')).status).toBe(200);
      expect(socket.closeReason).toBe('');
      expect(app.log.join('')).toContain('the stored refresh tokens of a session are damaged');
      expect(app.log.join('')).not.toContain('a consumed refresh token was presented again');
    },
  );

  test.each(invalid)('end the session for the current cookie: %s', async (_name, edit) => {
    const { owner, change } = await consumedCookie();
    change(edit);
    const { status, json } = await owner.refresh();
    expect([status, json?.['code'], json?.['detail']]).toEqual([401, 'session_ended', undefined]);
    expect(owner.cookie).toBeUndefined();
  });

  test.each(edits)('do not matter for the current cookie, which needs no successor: %s', async (_name, edit) => {
    const { owner, change } = await consumedCookie();
    change(edit);
    expect((await owner.refresh()).status).toBe(200);
  });

  test.each(edits)('do not hide that a cookie is used after its grace period: %s', async (_name, edit) => {
    const { time, late, change } = await consumedCookie();
    change(edit);
    time.advance(5_001);
    expect((await late.refresh()).json).toMatchObject({ code: 'session_ended', detail: 'refresh_reused' });
  });

  test('end the session for a cookie whose chain of successors has a gap', async () => {
    const { app, owner, late, change } = await consumedCookie();
    await owner.refresh();
    change((json) => JSON.stringify((JSON.parse(json) as unknown[]).slice(1)));
    const { status, json } = await late.refresh();
    expect([status, json?.['code'], json?.['detail']]).toEqual([401, 'session_ended', undefined]);
    expect(app.log.join('')).not.toContain('a consumed refresh token was presented again');
  });
});
