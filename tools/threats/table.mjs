import { threats } from './threats.mjs';

const begin = '<!-- threats -->';
const end = '<!-- /threats -->';

function cells(values) {
  return `| ${values.join(' | ')} |`;
}

/** The threat table as Markdown, padded as Prettier wants it. */
function threatTable() {
  const rows = [
    ['', 'who tries what', 'what they get', 'the test that fails without the defence'],
    ...threats.map(({ id, who, get, shown }) => [`\`${id}\``, who, get, `\`${shown.join('/')}\``]),
  ];
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => cells(row.map((text, column) => text.padEnd(widths[column]))));
  lines.splice(1, 0, cells(widths.map((width) => '-'.repeat(width))));
  return lines.join('\n');
}

/** A document with the table between its marks brought up to date. */
export function withThreatTable(document) {
  const [before, rest] = document.split(begin);
  const [, after] = (rest ?? '').split(end);
  if (after === undefined) throw new Error('the document has no place for the threat table');
  return `${before}${begin}\n\n${threatTable()}\n\n${end}${after}`;
}
