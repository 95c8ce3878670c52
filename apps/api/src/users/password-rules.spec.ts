import { describe, expect, test } from 'vitest';
import { HttpProblem } from '../http/http-problem.ts';
import { PasswordRules } from './password-rules.ts';

/** The result for a new password: `good`, or the code of the problem. */
async function resultOf(password: string, user = 'maggie', shortest = 8): Promise<string> {
  try {
    await new PasswordRules(shortest).check(password, user);
    return 'good';
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    expect(error.statusCode).toBe(400);
    expect(error.detail).toMatch(/^password: \w.{5}/);
    expect(error.detail).not.toContain(password);
    return error.code;
  }
}

describe('a new password', () => {
  test.each([
    'a long walk on the beach',
    'tr0ub4dor&3',
    '   open   sesame',
    '密码是一个秘密的词语',
    'пароль для входа',
    '🦉🐢🦊🐙🦔🐝🦜🐌',
    'maggie’s pacifier',
    'in usher we trust',
    '\u0000\u0007 control characters',
  ])('may contain any characters: %j', async (password) => {
    expect(await resultOf(password)).toBe('good');
  });

  test('has a minimum number of characters, regardless of their bytes', async () => {
    expect(await resultOf('tr0ub4d')).toBe('bad_request');
    expect(await resultOf('tr0ub4do')).toBe('good');
    expect(await resultOf('🦉🐢🦊🐙🦔🐝🦜')).toBe('bad_request');
    expect(await resultOf('tr0ub4dor and 3', 'maggie', 15)).toBe('good');
    expect(await resultOf('tr0ub4dor and3', 'maggie', 15)).toBe('bad_request');
  });

  test('is counted in NFC, like it is hashed', async () => {
    const accents = 'éàüõçñî';
    expect(accents.normalize('NFD')).toHaveLength(14);
    expect(await resultOf(accents.normalize('NFD'))).toBe('bad_request');
    expect(await resultOf(`${accents.normalize('NFD')}x`)).toBe('good');
    expect(await resultOf('\u0958 '.repeat(86))).toBe('bad_request');
  });

  test('has at most 256 characters', async () => {
    const passphrase = 'correct horse battery staple '.repeat(9).slice(0, 256);
    expect(await resultOf(passphrase)).toBe('good');
    expect(await resultOf(`${passphrase}!`)).toBe('bad_request');
  });

  test.each(['qwerty123', 'PassWord1', 'sunshine', 'football1', 'trustno1', 'iloveyou'])(
    'must not be a common password in any case: %s',
    async (password) => {
      expect(await resultOf(password)).toBe('weak_password');
    },
  );

  test.each([
    'Password1!',
    'P@ssw0rd!',
    'Welcome1!',
    'Qwerty123!',
    'letmein!!',
    'Pa$$w0rd',
    'drowssaP1!',
    '1qaz2wsx!',
    'Football#1',
    'Passw0rd2025',
    'Password1!Password1!',
  ])('must not be a small change of a common password: %s', async (password) => {
    expect(await resultOf(password)).toBe('weak_password');
  });

  test.each(['abcvjkpwm', 'qzmnvbtyw', 'XKWPTZRQ', '83749201'])(
    'needs no mix of character classes: %s',
    async (password) => {
      expect(await resultOf(password)).toBe('good');
    },
  );

  test.each([
    'aaaaaaaaaaaa',
    '🦉🦉🦉🦉🦉🦉🦉🦉',
    '3456789012345',
    '98765432109876',
    'ABCDEFGHijklm',
    'zyxwvutsrq',
    'asdfghjklasdfgh',
    'poiuytrewq',
    'абвгдежз',
  ])('must not be a repetition or sequence: %s', async (password) => {
    expect(await resultOf(password)).toBe('weak_password');
  });

  test.each([
    ['maggie', 'Maggie2024'],
    ['maggie', '--maggie--'],
    ['maggie', 'eiggamMAGGIE'],
    ['maggie', 'maggie1234567'],
    ['maggie', 'maggiepassword'],
    ['maggie', 'usher!maggie'],
    ['maggie', 'Usher 2026!'],
    ['maggie', 'usherusherusher'],
    ['bart.simpson', 'simpson-1989'],
    ['bo', 'BoBoBoBo'],
  ])('must not be little more than a name: %s, %s', async (user, password) => {
    expect(await resultOf(password, user)).toBe('weak_password');
  });

  test('may contain a short name by chance', async () => {
    expect(await resultOf('boat on the lake', 'o')).toBe('good');
    expect(await resultOf('x83749201', 'x')).toBe('good');
  });
});
