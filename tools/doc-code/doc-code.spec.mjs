import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../install.mjs';
import { declarations, imports, perDocument } from './names.mjs';

const documents = [
  'README.md',
  ...globSync(['docs/*.md', 'docs/guides/*.md', 'libs/*/README.md', 'examples/*/README.md'], { cwd: root }),
].sort();

/** The code blocks of a document, with the line of their first line. */
function blocksOf(document) {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length + 1,
    code: match[1],
  }));
}

/** The identifiers that a block reads, and those that it declares or imports. */
function identifiersOf(code) {
  const used = new Set();
  const declared = new Set();
  const visit = (node) => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node);
      if (!isMember) used.add(node.text);
    }
    const isDeclaration =
      ts.isVariableDeclaration(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isImportClause(node);
    const isTopLevel = (declaration) => {
      const block = ts.findAncestor(declaration, (parent) => ts.isBlock(parent) || ts.isArrowFunction(parent));
      return block === undefined;
    };
    if (isDeclaration && node.name !== undefined && isTopLevel(node)) {
      if (ts.isIdentifier(node.name)) declared.add(node.name.text);
      else for (const element of node.name.elements ?? []) declared.add(element.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('block.ts', code, ts.ScriptTarget.ESNext, true));
  return { used, declared };
}

/** Adds the imports and declarations that the documents leave out, in one line, so that line numbers stay easy to map. */
function complete({ document, code }) {
  const own = { ...declarations, ...perDocument[document] };
  const { declared } = identifiersOf(code);
  const lines = [];
  const added = new Set();
  const add = (text) => {
    const { used } = identifiersOf(text);
    for (const name of used) {
      if (declared.has(name) || added.has(name)) continue;
      const module = Object.keys(imports).find((key) =>
        imports[key].some((entry) => entry === name || entry === `type ${name}`),
      );
      if (module !== undefined) {
        added.add(name);
        const entry = imports[module].find((each) => each.replace('type ', '') === name);
        lines.unshift(`import { ${entry} } from '${module}';`);
      } else if (Object.hasOwn(own, name)) {
        added.add(name);
        lines.push(own[name]);
        add(own[name]);
      }
    }
  };
  add(code);
  return `${lines.join(' ')}\n${code}\nexport {};\n`;
}

const blocks = documents.flatMap(blocksOf);
const fileOf = ({ document, line }) => `${document.replaceAll('/', '-')}-${line}.ts`;
const files = new Map(blocks.map((block) => [fileOf(block), complete(block)]));
const shop = blocks.find(({ code }) => code.includes('export const shop ='));
files.set('shop-protocol.ts', shop.code);
/** The files that `ng add @usher/angular` creates. */
const schematics = join(root, 'libs/angular/schematics/ng-add/files');
for (const template of globSync('**/*.template', { cwd: schematics })) {
  const text = readFileSync(join(schematics, template), 'utf8').replaceAll(/<%= \w+ %>/g, 'general');
  files.set(template.replace('.template', ''), text);
}

const compilerOptions = {
  allowImportingTsExtensions: true,
  customConditions: ['@usher/source'],
  exactOptionalPropertyTypes: true,
  experimentalDecorators: true,
  lib: ['esnext', 'dom', 'dom.iterable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: 'esnext',
  types: ['node'],
};
const compiler = join(root, 'node_modules/typescript7/bin/tsc');

let folder;
/** The errors by file, as `{ line, message }`. */
const errors = new Map();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'usher-doc-code-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [name, code] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [...files.keys()] }));
  const { code, stdout, stderr } = await compile();
  for (const text of stdout.split(/\n(?=\S)/)) {
    const [, name, line, message] = /^(.*?)\((\d+),\d+\): error (.*)$/s.exec(text.trim()) ?? [];
    if (name === undefined) continue;
    errors.set(name, [...(errors.get(name) ?? []), { line: Number(line), message }]);
  }
  if (code !== 0 && errors.size === 0) throw new Error(`${stdout}${stderr}`);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const compile = () =>
  new Promise((resolve) => {
    const args = [compiler, '--singleThreaded', '--pretty', 'false', '-p', '.'];
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });

test.each(blocks)('the block at $document:$line compiles', (block) => {
  expect(
    // The first line has the added declarations.
    (errors.get(fileOf(block)) ?? []).map(
      ({ line, message }) => `${block.document}:${block.line + line - 2} ${message}`,
    ),
  ).toEqual([]);
});

test('the files that blocks import compile', () => {
  const names = new Set(blocks.map(fileOf));
  expect([...errors].filter(([name]) => !names.has(name))).toEqual([]);
});
