import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { closeCodes, comesBack } from './close-codes.ts';
import type { ErrorFrame, ReplyFrame } from './define.ts';
import { endCauses } from './end-causes.ts';
import { problems } from './problems.ts';
import { messageSchema, roomBounds, roomsProtocol } from './rooms.ts';

const document = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8');

/** A schema as JSON Schema has it, as far as it is needed here. */
interface Shape {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly items?: object;
}

/** The fields of a schema and of what is nested in it, `name?` where it may be missing. A message is shown once, by its name. */
function fieldsOf(schema: object): string[] {
  const { properties = {}, required = [], items } = schema as Shape;
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

/** Every message with its fields, as the code has them: `Request: join` → … */
function messagesOfCode(): Map<string, string[]> {
  const messages = new Map<string, string[]>();
  const add = (title: string, fields: readonly string[]) => messages.set(title, fields.toSorted());
  const { requests, signals, events } = roomsProtocol;
  for (const [type, { params, reply }] of Object.entries(requests)) {
    add(`Request: ${type}`, ['type', 'id', ...fieldsOf(params), ...fieldsOf(reply)]);
  }
  for (const [type, schema] of Object.entries(signals)) add(`Signal: ${type}`, ['type', ...fieldsOf(schema)]);
  for (const [type, schema] of Object.entries(events)) add(`Event: ${type}`, ['type', ...fieldsOf(schema)]);
  add('Answer: reply', replyFields);
  add('Answer: error', errorFields);
  return messages;
}

/** The same, as the document's headings and code blocks have them. */
function messagesOfDocument(text: string): Map<string, string[]> {
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

/** The lines of a table behind a `checked:` mark, without its head. */
function lines(text: string, name: string): string[] {
  const [, after = ''] = text.split(`<!-- checked: ${name} -->`);
  const [, block = ''] = /^\s*((?:\|.*\n)+)/.exec(after) ?? [];
  return block.split('\n').slice(2, -1);
}

/** A table's cells, without backticks. */
function table(text: string, name: string): string[][] {
  return lines(text, name).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

/** What the tables must hold, as the code has it; rows in any order. */
const tables: Readonly<Record<string, { readonly columns: readonly number[]; readonly rows: readonly string[] }>> = {
  'close codes': {
    columns: [0, 1, 2],
    rows: closeCodes.map(({ code, name }) => `${code} ${name} ${comesBack(code) ? 'yes' : 'no'}`),
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

/** Names with an underscore that prose may use besides the codes. */
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

function differences(what: string, wanted: readonly string[], found: readonly string[]): string[] {
  return [
    ...wanted.filter((entry) => !found.includes(entry)).map((entry) => `${what}: ${entry} is missing`),
    ...found.filter((entry) => !wanted.includes(entry)).map((entry) => `${what}: ${entry} is invented`),
    ...found.filter((entry, index) => found.indexOf(entry) !== index).map((entry) => `${what}: ${entry} stands twice`),
  ];
}

/** Everything in which the document and the code differ. */
function faults(text: string): string[] {
  const found: string[] = [];
  const wantedMessages = messagesOfCode();
  const messages = messagesOfDocument(text);
  found.push(...differences('message', [...wantedMessages.keys()], [...messages.keys()]));
  for (const [title, fields] of wantedMessages) {
    const shown = messages.get(title);
    // Params and reply may have a field of the same name, so they are compared as they stand, not as sets.
    if (shown !== undefined && shown.join() !== fields.join()) {
      found.push(`${title}: has the fields ${fields.join()}, the document says ${shown.join()}`);
    }
  }
  for (const [name, { columns, rows }] of Object.entries(tables)) {
    const shown = table(text, name).map((cells) => columns.map((column) => cells[column] ?? '').join(' '));
    found.push(...differences(name, rows, shown));
  }
  const prose = text.replace(/<!-- later -->.*?<!-- \/later -->/s, '').replaceAll(/4000–4499|4500–4999/g, '');
  for (const [, name = ''] of prose.matchAll(/`(?:[^`\n]*[^`\w\n])??([a-z]+(?:_[a-z]+)+)[^`\n]*`/g)) {
    if (!knownNames.has(name)) found.push(`prose: ${name} is no code`);
  }
  for (const [, type = ''] of prose.matchAll(/"type": ?"([^"]*)"/g)) {
    if (!knownTypes.has(type)) found.push(`prose: ${type} is no message`);
  }
  for (const [code] of prose.matchAll(/(?<![\w.,])(?:10[01]\d|4\d{3})(?![\w,]|\.\d)/g)) {
    if (!knownCloseCodes.has(code)) found.push(`prose: ${code} is no close code`);
  }
  return found;
}

test('PROTOCOL.md says what the code does', () => {
  expect(faults(document)).toEqual([]);
});

describe('the check sees', () => {
  /** A copy with one change; the change must have been one. */
  function doctored(from: string | RegExp, to: string): string[] {
    const copy = document.replace(from, to);
    expect(copy).not.toBe(document);
    return faults(copy);
  }

  test.each([...messagesOfCode().keys()])('that a section is missing: %s', (title) => {
    const heading = `### ${title.replace(/(\w+)$/, '`$1`')}\n`;
    expect(doctored(heading, '### Something else\n')).toContainEqual(`message: ${title} is missing`);
  });

  test('that a message is invented', () => {
    expect(doctored('## Close codes', '### Event: `mood`\n\n## Close codes')).toEqual([
      'message: Event: mood is invented',
    ]);
  });

  test('that a message goes the other way', () => {
    expect(doctored('### Event: `removed`', '### Signal: `removed`')).toEqual([
      'message: Event: removed is missing',
      'message: Signal: removed is invented',
    ]);
  });

  test.each([
    ['is missing', '  key: string;\n', ''],
    ['is invented', '  key: string;\n', '  key: string;\n  mood: string;\n'],
    ['has another name', '  connection: string;', '  connectionId: string;'],
    ['has become optional', '  text: string;\n}', '  text?: string;\n}'],
    ['has become required', '  epoch?: string;', '  epoch: string;'],
    ['of a reply is missing', '  more: boolean;\n', ''],
    ['within another is missing', '    rooms: number;\n', ''],
  ])('that a field %s', (_, from, to) => {
    expect(doctored(from, to)).toEqual([expect.stringMatching(/: has the fields .*, the document says /)]);
  });

  const rows = Object.keys(tables).flatMap((name) => lines(document, name).map((line) => [name, line] as const));

  test.each(rows)('that a row is missing: %s, %s', (name, line) => {
    expect(doctored(`${line}\n`, '')).toEqual([expect.stringMatching(new RegExp(`^${name}: .* is missing$`))]);
  });

  test.each([
    ['a close code', '| 4009 |', '| 4010 |', 'close codes: 4009 slow_consumer yes is missing'],
    ['a close code', '| 4009 |', '| 4010 |', 'close codes: 4010 slow_consumer yes is invented'],
    ['the name of a close code', '`slow_consumer` ', '`slow_reader` ', 'close codes: 4009 slow_reader yes is invented'],
    [
      'whether one comes back',
      /(\| 4501 \| `session_ended` +\|) no /,
      '$1 yes',
      'close codes: 4501 session_ended yes is invented',
    ],
    [
      'a status',
      /(\| `room_taken` +\|) 409/,
      '$1 410',
      'problem codes: room_taken 410 This room name is in use is invented',
    ],
    ['a title', '| Missing ticket ', '| No ticket ', 'problem codes: missing_ticket 401 Missing ticket is missing'],
    [
      'a problem code',
      /\| `draining` +\|/,
      '| `closing` |',
      'problem codes: draining 503 The server is restarting is missing',
    ],
    ['an error code', /\| `not_joined` +\|/, '| `outside` |', 'error codes: outside is invented'],
    ['an error code', /\| `not_joined` +\|/, '| `outside` |', 'error codes: not_joined is missing'],
    ['a limit', '| 4,000 ', '| 5,000 ', 'limits: textChars 4,000 is missing'],
    ['a table that lost its mark', '<!-- checked: error codes -->', '', 'error codes: internal is missing'],
    [
      'a code in a scenario',
      '401 `invalid_ticket`, byte',
      '401 `stale_ticket`, byte',
      'prose: stale_ticket is no code',
    ],
    ['a code among words', 'It comes back', 'It comes back with `x: made_up, y`', 'prose: made_up is no code'],
    ['a close code in a scenario', 'closed with 4009.', 'closed with 4010.', 'prose: 4010 is no close code'],
    ['a type in a scenario', '{"type":"renew"', '{"type":"extend"', 'prose: extend is no message'],
  ])('%s that is wrong: %s, %s', (_, from, to, fault) => {
    expect(doctored(from, to)).toContainEqual(fault);
  });

  test('a row that stands twice', () => {
    expect(doctored(/^(\| 4001 \|.*\n)/m, '$1$1')).toEqual(['close codes: 4001 lease_expired yes stands twice']);
  });
});
