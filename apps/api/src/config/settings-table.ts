/**
 * `node --conditions=@usher/source apps/api/src/config/settings-table.ts` writes the table of the settings into docs/deploying.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { listSettings } from './settings.ts';

const begin = '<!-- settings -->';
const end = '<!-- /settings -->';

/** The document that contains the table. */
export const document = new URL('../../../../docs/deploying.md', import.meta.url);

/** Renders the table of the settings as Markdown, formatted as by Prettier. */
function settingsTable(): string {
  const rows = listSettings().map(([name, { default: fallback, computedDefault, description }]) => [
    `\`${name}\``,
    computedDefault ?? (fallback === undefined ? '' : `\`${String(fallback)}\``),
    description,
  ]);
  const table = [['variable', 'default', 'value'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [header = [], ...body] = table;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/**
 * Replaces the table between the markers of a document.
 *
 * @throws Error if the document does not have the markers.
 */
export function withSettingsTable(text: string): string {
  const [before = '', rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`the document has no ${begin} markers`);
  return `${before}${begin}\n\n${settingsTable()}\n\n${end}${after}`;
}

if (import.meta.main) writeFileSync(document, withSettingsTable(readFileSync(document, 'utf8')));
