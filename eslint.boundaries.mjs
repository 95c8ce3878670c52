import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Allowed imports per project tag. Apps cannot be imported. Libraries can be imported only through their entry points
 * (package `exports` and the rule on relative paths below) and must not import the packages in `never`.
 */
const mayImport = {
  protocol: { ours: [], foreign: ['typebox'] },
  'chat-api': { ours: ['protocol'], foreign: [] },
  'operator-api': { ours: ['chat-api', 'protocol'], foreign: [] },
  ticket: { ours: ['protocol', 'test-servers'] },
  realtime: { ours: ['protocol', 'test-servers'], never: ['fastify', '@fastify', 'kysely', 'node:sqlite'] },
  server: { ours: ['ticket', 'realtime', 'protocol', 'test-servers'], never: ['kysely', 'node:sqlite'] },
  client: { ours: ['protocol'], foreign: ['rxjs'] },
  angular: { ours: ['client', 'protocol'], foreign: ['rxjs', '@angular/core', '@angular/common'] },
  cli: {
    ours: ['protocol', 'server'],
    foreign: ['ws', 'node:fs', 'node:http', 'node:https', 'node:readline', 'node:stream', 'node:util'],
  },
  'create-usher': { ours: [] },
  examples: { ours: ['angular', 'client', 'protocol', 'realtime', 'server', 'ticket'] },
  api: { ours: ['server', 'ticket', 'realtime', 'chat-api', 'operator-api', 'protocol', 'test-servers'] },
  web: { ours: ['angular', 'client', 'chat-api', 'operator-api', 'protocol'] },
  bench: { ours: ['client', 'protocol', 'ticket', 'test-servers'] },
  e2e: { ours: ['client', 'chat-api', 'operator-api', 'protocol', 'test-servers'] },
  tools: { ours: ['server', 'test-servers'] },
  'test-servers': { ours: [] },
};

const root = import.meta.dirname;

function projects() {
  return globSync('{libs,apps}/*/project.json', { cwd: root })
    .concat(globSync('{e2e,examples,tools}/project.json', { cwd: root }))
    .map((file) => {
      const { name, tags } = JSON.parse(readFileSync(`${root}/${file}`, 'utf8'));
      const [tag, ...others] = tags ?? [];
      if (tag === undefined || others.length > 0) throw new Error(`${file}: must have exactly one tag`);
      const rule = mayImport[tag.replace('project:', '')];
      if (rule === undefined) throw new Error(`${file}: no boundary rule for ${tag} of ${name}`);
      return { folder: dirname(file), rule };
    });
}

const escape = (text) => text.replaceAll(/[/.]/g, String.raw`\$&`);

function patterns({ ours, foreign, never = [] }) {
  const allowed = ours.map((name) => `(?!${name}(/|$))`).join('');
  const list = [
    { regex: `^@usher/${allowed}`, message: 'This project may not import that one (eslint.boundaries.mjs).' },
    { regex: String.raw`^\.\.?/(.*/)?(src|dist)(/|$)`, message: 'Import a project by its name, not by its path.' },
    { regex: String.raw`^@usher/[a-z-]+/(src|dist)(/|$)`, message: 'Import an entry point, not an internal file.' },
  ];
  for (const name of never) {
    list.push({ regex: `^${escape(name)}(/|$)`, message: `This project must not import ${name}.` });
  }
  return { list, foreign };
}

/** The flat-config entries of all projects. Specs may use test packages, so the list of foreign packages applies to sources only. */
export const boundaries = projects().flatMap(({ folder, rule }) => {
  const { list, foreign } = patterns(rule);
  const entries = [
    { files: [`${folder}/**/*.{ts,mts,mjs}`], rules: { 'no-restricted-imports': ['error', { patterns: list }] } },
  ];
  if (foreign !== undefined) {
    const known = ['@usher', ...foreign].map((name) => `(?!${escape(name)}(/|$))`).join('');
    const only = {
      regex: `^(?![./])${known}`,
      message: `Only ${foreign.join(', ') || 'nothing foreign'} may be imported here.`,
    };
    entries.push({
      files: [`${folder}/src/**/*.ts`],
      ignores: ['**/*.spec.ts', '**/*.spec-d.ts', '**/testing.ts', '**/testing/**'],
      rules: { 'no-restricted-imports': ['error', { patterns: [...list, only] }] },
    });
  }
  return entries;
});
