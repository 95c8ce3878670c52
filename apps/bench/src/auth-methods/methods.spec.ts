import { describe, expect, it } from 'vitest';
import { scanLog, secondsLeft } from './methods.ts';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'maggie', exp: 1_700_000_900 })}.c2lnbmF0dXJl-_`;
const ticket = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDE-_';

describe('scanLog', () => {
  it('finds a ticket and a JWT in lines of the combined format, each once', () => {
    const lines = [
      `127.0.0.1 - - [now] "GET /api/ws?ticket=${ticket} HTTP/1.1" 101 - "-" "-"`,
      `127.0.0.1 - - [now] "GET /api/ws?a=1&ticket=${ticket} HTTP/1.1" 401 - "-" "-"`,
      `127.0.0.1 - - [now] "GET /?token=${jwt} HTTP/1.1" 101 - "-" "-"`,
      `127.0.0.1 - - [now] "GET / HTTP/1.1" 200 - "https://chat.example.org/?token=${jwt}" "-"`,
    ];
    expect(scanLog(lines.join('\n'))).toEqual({ tickets: [ticket], jwts: [jwt] });
  });

  it('finds a JWT in a JSON line', () => {
    expect(scanLog(JSON.stringify({ url: `/?token=${jwt}`, status: 101 })).jwts).toEqual([jwt]);
  });

  it('ignores strings of another form', () => {
    const lines = [
      '"GET /api/ws?ticket=short HTTP/1.1" 401',
      `"GET /api/ws?ticket=${ticket}longer HTTP/1.1" 401`,
      `"GET /api/ws?nothing=${ticket} HTTP/1.1" 404`,
      'eyJ alone, eyJhbGciOiJIUzI1NiJ9.eyJz too, and 1.2.3',
      '{"path":"/api/ws","ticket":"[redacted]"}',
    ];
    expect(scanLog(lines.join('\n'))).toEqual({ tickets: [], jwts: [] });
  });
});

describe('secondsLeft', () => {
  it('reads the expiry of the token', () => {
    expect(secondsLeft(jwt, 1_700_000_000_000)).toBe(900);
    expect(secondsLeft(jwt, 1_700_001_000_000)).toBe(-100);
  });
});
