import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { declarations, imports, perDocument } from './names.mjs';

const root = new URL('../..', import.meta.url).pathname;
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
const folder = join(root, 'tools/doc-code/blocks');
const fileOf = ({ document, line }) => join(folder, `${document.replaceAll('/', '-')}-${line}.ts`);
const files = new Map(blocks.map((block) => [fileOf(block), complete(block)]));
const shop = blocks.find(({ code }) => code.includes('export const shop ='));
files.set(join(folder, 'shop-protocol.ts'), shop.code);
/** What `ng add @usher/angular` creates. */
const schematics = join(root, 'libs/angular/schematics/ng-add/files');
for (const template of globSync('**/*.template', { cwd: schematics })) {
  const text = readFileSync(join(schematics, template), 'utf8').replaceAll(/<%= \w+ %>/g, 'general');
  files.set(join(folder, template.replace('.template', '')), text);
}
const folders = new Set([...files.keys()].map(dirname));

const options = {
  allowImportingTsExtensions: true,
  customConditions: ['@usher/source'],
  exactOptionalPropertyTypes: true,
  experimentalDecorators: true,
  lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ESNext,
  types: ['node'],
};
const host = ts.createCompilerHost(options);
const { fileExists, readFile } = host;
host.fileExists = (name) => files.has(name) || fileExists(name);
host.directoryExists = (name) => folders.has(name) || ts.sys.directoryExists(name);
host.readFile = (name) => files.get(name) ?? readFile(name);
const program = ts.createProgram([...files.keys()], options, host);

/** The first test compiles all blocks, which takes many seconds on a busy machine. */
const compileMs = 60_000;

test.each(blocks)(
  'the block at $document:$line compiles',
  (block) => {
    const source = program.getSourceFile(fileOf(block));
    const errors = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    expect(
      errors.map(({ messageText, start }) => {
        // The first line has the added declarations.
        const { line } = source.getLineAndCharacterOfPosition(start);
        return `${block.document}:${block.line + line - 1} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      }),
    ).toEqual([]);
  },
  compileMs,
);
