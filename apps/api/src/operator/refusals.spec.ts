import { beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { newApp, type TestApp } from '../testing/new-app.ts';
import { newOperator, type OperatorClient } from '../testing/operator-client.ts';
import { TestSocket } from '../testing/test-socket.ts';

let app: TestApp;
let operator: OperatorClient;

beforeEach(async () => {
  app = await newApp();
  operator = await newOperator(app);
});

interface Listed {
  readonly reason: string;
  readonly [field: string]: unknown;
}

async function refusals(query = ''): Promise<Listed[]> {
  return (await operator.read(`refusals${query}`))['refusals'] as Listed[];
}

/** Requests a ticket. Resolves to the status and the receipt of the response. */
async function ticketCall(token?: string): Promise<{ status: number; receipt: string; ticket: string }> {
  const { status, headers, json } = await app.call('GET', '/api/ws_ticket', token === undefined ? {} : { token });
  return { status, receipt: headers.get('usher-receipt') ?? '', ticket: String(json?.['ticket']) };
}

describe('refusals', () => {
  test('contain the real reason, the owner and the client of each rejected handshake', async () => {
    const { ticket, receipt } = await ticketCall(await app.signIn('maggie'));
    const headers = { 'user-agent': 'faulty client' };
    await app.dial(`?ticket=${ticket}`, { origin: 'https://evil.example', headers });
    await app.dial(`?ticket=${ticket}`);
    await app.dial(`?ticket=${'x'.repeat(43)}`);
    await app.dial('');
    const common = { kind: 'handshake', address: '127.0.0.1' };
    expect(await refusals()).toEqual([
      expect.objectContaining({ ...common, code: 'missing_ticket', reason: 'missing_ticket' }),
      expect.objectContaining({ ...common, code: 'invalid_ticket', reason: 'unknown' }),
      expect.objectContaining({ ...common, code: 'invalid_ticket', reason: 'used', user: 'maggie', receipt }),
      expect.objectContaining({
        ...common,
        code: 'origin_forbidden',
        reason: 'origin_forbidden',
        user: 'maggie',
        origin: 'https://evil.example',
        userAgent: 'faulty client',
        receipt,
      }),
    ]);
  });

  test('contain the owner and the receipt of rejected ticket calls', async () => {
    const bart = await new Browser(app).signIn('bart');
    await operator.ask('PUT', 'users/bart', { disabled: true });
    const disabled = await ticketCall(bart.token);
    const anonymous = await ticketCall();
    expect([disabled.status, anonymous.status]).toEqual([403, 401]);
    expect(await refusals('?kind=ticket')).toEqual([
      expect.objectContaining({ code: 'missing_token', receipt: anonymous.receipt }),
      expect.objectContaining({ code: 'user_disabled', user: 'bart', receipt: disabled.receipt }),
    ]);
    expect(app.log.join('')).toContain(`"receipt":"${disabled.receipt}"`);
  });

  test('contain failed sign-ins, without the names that were typed for unknown users', async () => {
    for (const user of ['bart', 'my password']) {
      await app.call('POST', '/api/auth', { body: { user, pwd: 'wrong' } });
    }
    const found = await refusals('?kind=sign_in');
    expect(found).toMatchObject([{ code: 'invalid_credentials' }, { code: 'invalid_credentials', user: 'bart' }]);
    expect(JSON.stringify(found)).not.toContain('my password');
  });

  test('contain the receipt in the response to a failed sign-in', async () => {
    const { headers } = await app.call('POST', '/api/auth', { body: { user: 'bart', pwd: 'wrong' } });
    const receipt = headers.get('usher-receipt') ?? '';
    expect(await refusals('?kind=sign_in')).toMatchObject([{ receipt }]);
    expect(await operator.read(`receipts/${receipt}`)).toMatchObject({
      user: 'bart',
      refusal: { reason: 'invalid_credentials' },
      steps: [{ step: 'sign_in_refused', code: 'invalid_credentials' }],
    });
    const good = await app.call('POST', '/api/auth', { body: { user: 'bart', pwd: 'secret' } });
    expect(good.headers.has('usher-receipt')).toBe(false);
  });

  test('are filtered and grouped', async () => {
    for (const origin of ['https://a.example', 'https://a.example', 'https://b.example']) {
      await app.dial(`?ticket=${(await ticketCall(await app.signIn('maggie'))).ticket}`, { origin });
    }
    await app.dial('');
    expect(await refusals('?origin=https://a.example&user=maggie')).toHaveLength(2);
    expect(await refusals('?reason=missing_ticket')).toHaveLength(1);
    expect(await refusals('?node=another')).toEqual([]);
    expect(await refusals(`?since=${Date.now() + 60_000}`)).toEqual([]);
    expect(await operator.read('refusals/groups?by=origin')).toMatchObject({
      groups: [{ value: 'https://a.example', count: 2 }, { count: 1 }, { count: 1 }],
      total: 4,
      missing: [],
    });
    expect(await operator.read('refusals/groups?by=reason&limit=1')).toMatchObject({
      groups: [{ value: 'origin_forbidden', count: 3 }],
    });
  });

  test('stay on their page while new ones arrive', async () => {
    for (let index = 0; index < 5; index++) await app.dial('', { origin: `https://${index}.example` });
    const first = await operator.read('refusals?limit=2');
    const seen = first['refusals'] as Listed[];
    let next = first['next'] as string | undefined;
    while (next !== undefined) {
      await app.dial('', { origin: 'https://new.example' });
      const page = await operator.read(`refusals?limit=2&cursor=${next}`);
      seen.push(...(page['refusals'] as Listed[]));
      next = page['next'] as string | undefined;
    }
    expect(seen.map(({ origin }) => origin)).toEqual([4, 3, 2, 1, 0].map((index) => `https://${index}.example`));
  });

  test('cut the texts of clients', async () => {
    await app.dial('', { origin: `https://${'x'.repeat(1_000)}`, headers: { 'user-agent': 'y'.repeat(1_000) } });
    const [refusal] = await refusals();
    expect(String(refusal?.['origin'])).toHaveLength(256);
    expect(String(refusal?.['userAgent'])).toHaveLength(256);
  });

  test('an invalid cursor is a bad request', async () => {
    expect(await operator.ask('GET', 'refusals?cursor=1')).toMatchObject({
      status: 400,
      json: { code: 'bad_request' },
    });
  });
});

describe('a receipt', () => {
  test('shows why a handshake was rejected', async () => {
    const { ticket, receipt } = await ticketCall(await app.signIn('maggie'));
    await app.dial(`?ticket=${ticket}`, { origin: 'https://evil.example' });
    expect(await operator.read(`receipts/${receipt.toLowerCase().replace('-', '%20')}`)).toEqual({
      receipt,
      user: 'maggie',
      refusal: expect.objectContaining({ reason: 'origin_forbidden' }) as unknown,
      steps: [
        { at: expect.any(Number) as unknown, step: 'ticket_issued' },
        {
          at: expect.any(Number) as unknown,
          step: 'handshake_refused',
          code: 'origin_forbidden',
          reason: 'origin_forbidden',
        },
      ],
      missing: [],
    });
  });

  test('shows the connection and all of its steps', async () => {
    const { ticket, receipt } = await ticketCall(await app.signIn('maggie'));
    const socket = await app.dial(`?ticket=${ticket}`);
    if (!(socket instanceof TestSocket)) throw new Error(`refused: ${socket.status}`);
    await socket.data('join', { room: 'general' });
    socket.ws.close(1000);
    await socket.closed;
    const report = await operator.read(`receipts/${receipt}`);
    expect(report).toMatchObject({
      user: 'maggie',
      connection: { receipt, user: 'maggie', closed: { code: 1000, name: 'normal', byServer: false } },
      steps: [
        { step: 'ticket_issued' },
        { step: 'opened' },
        { step: 'joined', room: 'general' },
        { step: 'closed', code: '1000', reason: 'normal' },
      ],
    });
  });

  test('shows a ticket that was issued and never used', async () => {
    const { receipt } = await ticketCall(await app.signIn('maggie'));
    expect(await operator.read(`receipts/${receipt}`)).toMatchObject({
      user: 'maggie',
      steps: [{ step: 'ticket_issued' }],
    });
  });

  test('that is unknown is not found, and another text is a bad request', async () => {
    expect(await operator.ask('GET', 'receipts/000-000')).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect(await operator.ask('GET', 'receipts/nonsense')).toMatchObject({
      status: 400,
      json: { code: 'bad_request' },
    });
  });

  test('cannot be guessed in a loop', async () => {
    const statuses = new Set<number>();
    for (let attempt = 0; attempt < 40; attempt++) statuses.add((await operator.ask('GET', 'receipts/000-000')).status);
    expect([...statuses]).toEqual([404, 429]);
  });
});
