/** Examples of the responses and bodies, for the description of the API. A test validates them with the schemas. */

const at = 1_767_225_600_000;
const node = 'n-5b1d';
const receipt = 'K7Q-2MF';
const connectionId = 'c-83b0d1';
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const client = { address: '203.0.113.7', origin: 'https://staging.example.org', userAgent };
const link = {
  url: 'https://chat.example.org/set-password#0bJ2mYV7c4cN0rQm1c0m8m7q2hQ2d3yq2m8o1nq0x5A',
  expires: 1_767_312_000,
};

const refusal = {
  receipt,
  at,
  kind: 'handshake',
  code: 'origin_forbidden',
  reason: 'origin_forbidden',
  user: 'maggie',
  ...client,
  node,
};
const connection = {
  id: connectionId,
  receipt: 'M40-X9T',
  user: 'maggie',
  session: 's-1f3870be',
  node,
  protocol: 'usher.v1',
  address: client.address,
  origin: 'https://chat.example.org',
  userAgent,
  openedAt: at + 60_000,
  rooms: 1,
  queuedBytes: 0,
  rateLimited: 0,
  roundTripMs: 42,
  lease: 1_767_227_460,
};
const rates = { connections: 214, connects: 0.4, refusals: 0.1, messages: 3.2, deliveries: 96.5 };
const nodeInfo = {
  node,
  version: '0.1.0',
  startedAt: at - 86_400_000,
  draining: false,
  ...rates,
  eventLoopDelayMs: 4.2,
  memoryBytes: 157_286_400,
  storeMs: 1.1,
  busMs: 0.6,
};
const user = {
  user: 'maggie',
  roles: ['editor'],
  disabled: false,
  createdAt: at - 864_000_000,
  seenAt: at,
  sessions: 1,
};
const session = {
  id: 's-1f3870be',
  device: { browser: 'Firefox 128', system: 'Linux', kind: 'desktop' },
  address: client.address,
  startedAt: at - 3_600_000,
  seenAt: at,
  expires: 1_769_817_600,
};

export const examples = {
  refusals: { refusals: [refusal], total: 1, missing: [] },
  refusalGroups: { groups: [{ value: client.origin, count: 7, lastAt: at }], total: 7, missing: [] },
  connections: { connections: [connection], total: 214, next: `k0.${node}.${connectionId}`, missing: [] },
  connection: {
    connection,
    joined: ['general'],
    steps: [
      { at: at + 59_950, step: 'ticket_issued' },
      { at: at + 60_000, step: 'opened' },
      { at: at + 60_120, step: 'joined', room: 'general' },
    ],
  },
  receipt: {
    receipt,
    user: 'maggie',
    refusal,
    steps: [
      { at: at - 40, step: 'ticket_issued' },
      { at, step: 'handshake_refused', code: 'origin_forbidden', reason: 'origin_forbidden' },
    ],
    missing: [],
  },
  nodes: { nodes: [nodeInfo], missing: [] },
  overview: {
    at,
    ...rates,
    users: 180,
    refusalsByReason: [{ reason: 'origin_forbidden', count: 7 }],
    findings: [
      {
        id: `origin_forbidden:${client.origin}`,
        severity: 'error',
        title: `7 handshakes refused in 5 minutes: the origin ${client.origin} is not allowed`,
        advice: `If people open your app at ${client.origin}, add it to ALLOWED_ORIGINS.`,
        since: at - 120_000,
        refusals: { reason: 'origin_forbidden', origin: client.origin },
      },
    ],
    nodes: [nodeInfo],
    missing: [],
  },
  users: { users: [{ ...user, connections: 1 }], total: 4 },
  user: { user, sessions: [session] },
  newUser: { user: 'milhouse', roles: ['editor'] },
  createdUser: { user: 'milhouse', ...link },
  passwordLink: link,
  linkPassword: { token: link.url.split('#')[1], newPwd: 'everything’s coming up Milhouse' },
  passwordSet: { user: 'milhouse' },
  userChange: { disabled: true },
  rooms: {
    rooms: [
      {
        room: 'release-party',
        title: 'Release party',
        private: true,
        archived: false,
        owner: 'lisa',
        members: 12,
        seq: 348,
        at,
        messagesPerMinute: 2.4,
      },
    ],
    total: 1,
  },
  roomChange: { archived: true },
  keys: {
    keys: [
      { id: 'k-7c2f', name: 'billing', scopes: ['messages:write'], createdAt: at, createdBy: 'admin', usedAt: at },
    ],
  },
  newKey: { name: 'billing', scopes: ['messages:write'] },
  createdKey: { id: 'k-7c2f', key: 'usk_example-of-a-key-that-is-shown-once' },
  audit: {
    entries: [
      {
        seq: 2,
        at: at + 12,
        by: 'admin',
        address: '198.51.100.4',
        action: 'user.end_sessions',
        target: 'maggie',
        completes: 1,
        detail: { closed: 1, nodes: [{ node, closed: 1, ms: 3 }] },
        hash: 'Cz8Yt1mC8t0vRjJ4oB4j8bQ3o8rCw5mV2m5cE0r4H2k',
      },
    ],
    next: '2',
  },
  serverMessage: { key: '0f8fad5b-d9cb-469f-a165-70867728950e', text: 'Build 348 has passed.', from: 'ci' },
  serverMessageSent: { seq: 349, at, from: 'app:ci' },
  serverEvent: { type: 'invoice.paid', data: { invoice: 'R-2026-0117' } },
  delivery: { delivered: 2, nodes: [{ node, delivered: 2, ms: 1.4 }] },
} as const;
