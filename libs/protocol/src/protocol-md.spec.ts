import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { closeCodes, endCauses, shouldReconnect } from './close-codes.ts';
import { problems } from './problems.ts';
import type { ErrorFrame, ReplyFrame } from './protocol.ts';
import { roomBounds } from './room-bounds.ts';
import { messageSchema } from './room-parts.ts';
import { roomsProtocol } from './rooms.ts';

const page = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8');

/** The parts of a JSON Schema that this test reads. */
interface JsonSchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly items?: object;
}

/**
 * Lists the fields of a schema, nested ones included, as `name` or `name?` if optional.
 * Skips the fields of messages in arrays: the page documents them once, at the event `message`.
 */
function fieldsOf(schema: object): string[] {
  const { properties = {}, required = [], items } = schema as JsonSchema;
  if (items !== undefined) return items === messageSchema ? [] : fieldsOf(items);
  return Object.entries(properties).flatMap(([name, inner]) => [
    required.includes(name) ? name : `${name}?`,
    ...fieldsOf(inner),
  ]);
}

const replyFields = ['type', 'id', 'data'] as const satisfies readonly (keyof ReplyFrame)[];
const errorFields = ['type', 'id?', 'code', 'message', 'retryAfterMs?'] as const satisfies readonly (
  keyof ErrorFrame | `${keyof ErrorFrame}?`
)[];

/** Maps each message in the code to its fields: `Request: join` → `['after?', …]`. */
function messagesOfCode(): Map<string, string[]> {
  const messages = new Map<string, string[]>();
  const add = (title: string, fields: readonly string[]) => messages.set(title, fields.toSorted());
  const { requests, signals, events } = roomsProtocol;
  for (const [type, { params, reply }] of Object.entries(requests)) {
    add(`Request: ${type}`, ['type', 'id', ...fieldsOf(params), ...fieldsOf(reply)]);
  }
  for (const [type, schema] of Object.entries(signals)) add(`Signal: ${type}`, ['type', ...fieldsOf(schema)]);
  for (const [type, schema] of Object.entries(events)) add(`Event: ${type}`, ['type', ...fieldsOf(schema)]);
  add('Response: reply', replyFields);
  add('Response: error', errorFields);
  return messages;
}

/** Maps each message on the page to its fields, read from headings and code blocks. */
function messagesOfPage(text: string): Map<string, string[]> {
  const messages = new Map<string, string[]>();
  for (const section of text.split(/^(?=##+ )/m)) {
    const [, kind, type] = /^### (\w+): `(\w+)`\n/.exec(section) ?? [];
    if (kind === undefined || type === undefined) continue;
    const [, block = ''] = /^```ts\n(.*?)^```$/ms.exec(section) ?? [];
    const fields = [...block.matchAll(/(\w+\??):/g)].map(([, field = '']) => field);
    messages.set(`${kind}: ${type}`, fields.toSorted());
  }
  return messages;
}

/** Returns the rows of the table after a `checked:` comment, without the header. */
function rowsOf(text: string, name: string): string[] {
  const [, after = ''] = text.split(`<!-- checked: ${name} -->`);
  const [, block = ''] = /^\s*((?:\|.*\n)+)/.exec(after) ?? [];
  return block.split('\n').slice(2, -1);
}

/** Returns the cells of that table, without backticks. */
function cellsOf(text: string, name: string): string[][] {
  return rowsOf(text, name).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

/** The rows that each table must have according to the code, in any order. */
const tables: Readonly<Record<string, { readonly columns: readonly number[]; readonly rows: readonly string[] }>> = {
  'close codes': {
    columns: [0, 1, 2],
    rows: closeCodes.map(({ code, name }) => `${code} ${name} ${shouldReconnect(code) ? 'yes' : 'no'}`),
  },
  'problem codes': {
    columns: [0, 1, 2],
    rows: Object.entries(problems).map(([code, { status, title }]) => `${code} ${status} ${title}`),
  },
  'end causes': { columns: [0], rows: endCauses },
  'error codes': { columns: [0], rows: roomsProtocol.errors },
  limits: {
    columns: [2, 1],
    rows: Object.entries(roomBounds).map(([name, value]) => `${name} ${value.toLocaleString('en')}`),
  },
};

/** Names with an underscore that prose may use and that are not codes. */
const otherNames = ['ws_ticket', 'auth_time'];
const knownNames = new Set<string>([
  ...Object.keys(problems),
  ...roomsProtocol.errors,
  ...closeCodes.map(({ name }) => name),
  ...endCauses,
  ...otherNames,
]);
const knownTypes = new Set([...messagesOfCode().keys()].map((title) => title.replace(/^\w+: /, '')));
const knownCloseCodes = new Set(closeCodes.map(({ code }) => String(code)));

function differences(what: string, expected: readonly string[], found: readonly string[]): string[] {
  return [
    ...expected.filter((entry) => !found.includes(entry)).map((entry) => `${what}: ${entry} is missing`),
    ...found.filter((entry) => !expected.includes(entry)).map((entry) => `${what}: ${entry} is not in the code`),
    ...found
      .filter((entry, index) => found.indexOf(entry) !== index)
      .map((entry) => `${what}: ${entry} is listed twice`),
  ];
}

/** Returns every difference between the page and the code. */
function mismatches(text: string): string[] {
  const found: string[] = [];
  const expectedMessages = messagesOfCode();
  const messages = messagesOfPage(text);
  found.push(...differences('message', [...expectedMessages.keys()], [...messages.keys()]));
  for (const [title, fields] of expectedMessages) {
    const shown = messages.get(title);
    // Not compared as sets: params and reply may have a field of the same name.
    if (shown !== undefined && shown.join() !== fields.join()) {
      found.push(`${title}: the code has the fields ${fields.join()}, the page has ${shown.join()}`);
    }
  }
  for (const [name, { columns, rows }] of Object.entries(tables)) {
    const shown = cellsOf(text, name).map((cells) => columns.map((column) => cells[column] ?? '').join(' '));
    found.push(...differences(name, rows, shown));
  }
  const prose = text.replace(/<!-- later -->.*?<!-- \/later -->/s, '').replaceAll(/4000–4499|4500–4999/g, '');
  for (const [, name = ''] of prose.matchAll(/`(?:[^`\n]*[^`\w\n])??([a-z]+(?:_[a-z]+)+)[^`\n]*`/g)) {
    if (!knownNames.has(name)) found.push(`prose: ${name} is not a code`);
  }
  for (const [, type = ''] of prose.matchAll(/"type": ?"([^"]*)"/g)) {
    if (!knownTypes.has(type)) found.push(`prose: ${type} is not a message type`);
  }
  for (const [code] of prose.matchAll(/(?<![\w.,])(?:10[01]\d|4\d{3})(?![\w,]|\.\d)/g)) {
    if (!knownCloseCodes.has(code)) found.push(`prose: ${code} is not a close code`);
  }
  return found;
}

test('PROTOCOL.md matches the code', () => {
  expect(mismatches(page)).toEqual([]);
});

describe('the comparison detects', () => {
  /** Returns the mismatches of a copy with one replacement. Fails if the replacement has no effect. */
  function mismatchesAfter(from: string | RegExp, to: string): string[] {
    const copy = page.replace(from, to);
    expect(copy).not.toBe(page);
    return mismatches(copy);
  }

  test.each([...messagesOfCode().keys()])('a missing section: %s', (title) => {
    const heading = `### ${title.replace(/(\w+)$/, '`$1`')}\n`;
    expect(mismatchesAfter(heading, '### Something else\n')).toContainEqual(`message: ${title} is missing`);
  });

  test('a section for an unknown message', () => {
    expect(mismatchesAfter('## Close codes', '### Event: `mood`\n\n## Close codes')).toEqual([
      'message: Event: mood is not in the code',
    ]);
  });

  test('a message with the wrong direction', () => {
    expect(mismatchesAfter('### Event: `removed`', '### Signal: `removed`')).toEqual([
      'message: Event: removed is missing',
      'message: Signal: removed is not in the code',
    ]);
  });

  test.each([
    ['that is missing', '  key: string;\n', ''],
    ['that is not in the code', '  key: string;\n', '  key: string;\n  mood: string;\n'],
    ['with another name', '  connection: string;', '  connectionId: string;'],
    ['that is optional on the page only', '  text: string;\n}', '  text?: string;\n}'],
    ['that is required on the page only', '  epoch?: string;', '  epoch: string;'],
    ['that is missing in a reply', '  more: boolean;\n', ''],
    ['that is missing in a nested object', '    rooms: number;\n', ''],
  ])('a field %s', (_, from, to) => {
    expect(mismatchesAfter(from, to)).toEqual([expect.stringMatching(/: the code has the fields .*, the page has /)]);
  });

  const rows = Object.keys(tables).flatMap((name) => rowsOf(page, name).map((line) => [name, line] as const));

  test.each(rows)('a missing row: %s, %s', (name, line) => {
    expect(mismatchesAfter(`${line}\n`, '')).toEqual([expect.stringMatching(new RegExp(`^${name}: .* is missing$`))]);
  });

  test.each([
    ['a close code', '| 4009 |', '| 4010 |', 'close codes: 4009 slow_consumer yes is missing'],
    ['a close code', '| 4009 |', '| 4010 |', 'close codes: 4010 slow_consumer yes is not in the code'],
    [
      'the name of a close code',
      '`slow_consumer` ',
      '`slow_reader` ',
      'close codes: 4009 slow_reader yes is not in the code',
    ],
    [
      'whether a client reconnects',
      /(\| 4501 \| `session_ended` +\|) no /,
      '$1 yes',
      'close codes: 4501 session_ended yes is not in the code',
    ],
    [
      'a status',
      /(\| `room_taken` +\|) 409/,
      '$1 410',
      'problem codes: room_taken 410 This room name is in use is not in the code',
    ],
    ['a title', '| Missing ticket ', '| No ticket ', 'problem codes: missing_ticket 401 Missing ticket is missing'],
    [
      'a problem code',
      /\| `draining` +\|/,
      '| `closing` |',
      'problem codes: draining 503 The server is restarting is missing',
    ],
    ['an error code', /\| `not_joined` +\|/, '| `outside` |', 'error codes: outside is not in the code'],
    ['an error code', /\| `not_joined` +\|/, '| `outside` |', 'error codes: not_joined is missing'],
    ['a limit', '| 4,000 ', '| 5,000 ', 'limits: textChars 4,000 is missing'],
    ['a table without its comment', '<!-- checked: error codes -->', '', 'error codes: internal is missing'],
    [
      'a code in a scenario',
      '401 `invalid_ticket`, byte',
      '401 `stale_ticket`, byte',
      'prose: stale_ticket is not a code',
    ],
    ['a code in prose', 'Its network fails', 'Its network fails with `x: made_up, y`', 'prose: made_up is not a code'],
    ['a close code in a scenario', 'closed with 4009.', 'closed with 4010.', 'prose: 4010 is not a close code'],
    ['a type in a scenario', '{"type":"renew"', '{"type":"extend"', 'prose: extend is not a message type'],
  ])('a wrong value: %s, %s → %s', (_, from, to, mismatch) => {
    expect(mismatchesAfter(from, to)).toContainEqual(mismatch);
  });

  test('a duplicate row', () => {
    expect(mismatchesAfter(/^(\| 4001 \|.*\n)/m, '$1$1')).toEqual([
      'close codes: 4001 lease_expired yes is listed twice',
    ]);
  });
});
