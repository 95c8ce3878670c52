import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;

/** Phrases that `flagWords` of cspell cannot express, because it checks single words, and what to write instead. */
const phrases = [
  [/\bunless told\b/i, '"Defaults to X"'],
  [/\b(?:is|are|was|were|be|been|being) told\b/i, '"receives", "is notified" or the name of the event'],
  [/\bwants (?:an?|the|to)\b/i, '"must be" or "requires"'],
  [/\bas it stands\b/i, '"unchanged"'],
  [/\bwhat (?:is|was) said\b/i, '"messages"'],
  [/\b(?:is|are|was|were) let in\b/i, '"is admitted" or "is accepted"'],
  [/\bverdicts?\b/i, '"outcome" or "decision"'],
  [/\bjudge(?:s|d)?\b|\bjudging\b/i, '"check" or "validate"'],
  [/\banswered `?[1-5]\d\d\b/i, '"returns" or "is rejected with"'],
  [/\bfor good\b/i, '"permanently"'],
  [
    /\b(?:an?|the|no|late|lost|invalid|every|each) answers?\b|\b(?:is|are|was|were|be) answered\b/i,
    '"reply" (socket) or "response" (HTTP)',
  ],
];

/** Texts in which the phrases are data: this file, generated results and dictionaries. */
const isData = (file) =>
  file === 'tools/wording.spec.mjs' || file.startsWith('docs/benchmarks/') || /common-passwords/.test(file);

const files = execFileSync('git', ['ls-files', '*.md', '*.ts', '*.mjs', '*.html', '*.scss', '*.yml'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => !isData(file));

test.each(phrases)('no text contains %s: write %s', (phrase) => {
  const found = files.flatMap((file) =>
    readFileSync(`${root}/${file}`, 'utf8')
      .split('\n')
      .flatMap((line, index) => (phrase.test(line) ? [`${file}:${index + 1} ${line.trim().slice(0, 120)}`] : [])),
  );
  expect(found).toEqual([]);
});
