/** Keeps every word of the page ready for translation: in `texts` each is a message under its own path, in templates there are none. */

const hasWords = (text) => /\p{L}/u.test(text);

/** Returns the names of the properties around a node: `["unread"]` inside of `roomsTexts.unread`. */
function pathOf(node) {
  const names = [];
  for (let each = node; each !== undefined && each !== null; each = each.parent) {
    if (each.type === 'Property' && each.key.type === 'Identifier') names.unshift(each.key.name);
  }
  return names;
}

/** Returns the area of a message: "rooms" inside of `const roomsTexts`. */
function areaOf(node) {
  for (let each = node; each !== undefined && each !== null; each = each.parent) {
    if (each.type === 'VariableDeclarator') return each.id.name.replace(/Texts$/, '');
  }
  return '';
}

/** One form of a sentence adds a last name of its own ("typing.two"), and the forms of a plural stand inside of that. */
function isUnder(id, area, path) {
  const names = id.split('.');
  if (names.shift() !== area) return false;
  let at = 0;
  for (const name of names) if (name === path[at]) at += 1;
  return at === path.length && names.length <= path.length + 1;
}

const messages = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const ids = new Set();
    const report = (node, message) => {
      context.report({ node, message });
    };
    return {
      'Property > Literal.value'(node) {
        if (typeof node.value === 'string' && hasWords(node.value))
          report(node, 'Words are messages: $localize`:@@id:…`.');
      },
      TemplateLiteral(node) {
        const { parent } = node;
        if (parent.type !== 'TaggedTemplateExpression') {
          if (node.quasis.some(({ value }) => hasWords(value.raw)))
            report(node, 'Words are messages: $localize`:@@id:…`.');
          return;
        }
        const area = areaOf(parent);
        const [, id] = /^:@@([\w.]+):/.exec(node.quasis[0].value.raw) ?? [];
        if (id === undefined || !isUnder(id, area, pathOf(parent))) {
          report(node, `The id of a message is its path: ${[area, ...pathOf(parent)].join('.')}.`);
        }
        if (ids.has(id)) report(node, `There are two messages ${id}.`);
        ids.add(id);
        for (const { value } of node.quasis.slice(1)) {
          if (!/^:\w+:/.test(value.raw)) report(node, 'What stands in a message has a name: ${title}:title:.');
        }
      },
    };
  },
};

/** Attributes, and inputs of our components, that are read or heard. */
const spoken =
  /^(aria-(label|description|placeholder|roledescription|valuetext)|title|placeholder|alt|label|heading|lead|hint)$/;

/** Whether an expression of a template holds words: a string in it, or what stands around its braces. */
function holdsWords(ast) {
  if (Array.isArray(ast)) return ast.some(holdsWords);
  if (typeof ast === 'string') return hasWords(ast);
  if (typeof ast !== 'object' || ast === null) return false;
  if (typeof ast.value === 'string') return hasWords(ast.value);
  const { ast: inner, strings, expressions, trueExp, falseExp } = ast;
  return [inner, strings, expressions, trueExp, falseExp].some(holdsWords);
}

const template = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const { convertNodeSourceSpanToLoc } = context.sourceCode.parserServices;
    const report = ({ sourceSpan }) => {
      context.report({
        loc: convertNodeSourceSpanToLoc(sourceSpan),
        message: 'Words stand in apps/web/src/app/texts.',
      });
    };
    return {
      Text(node) {
        if (hasWords(node.value)) report(node);
      },
      BoundText(node) {
        if (holdsWords(node.value)) report(node);
      },
      TextAttribute(node) {
        if (spoken.test(node.name) && hasWords(node.value)) report(node);
      },
      BoundAttribute(node) {
        if (spoken.test(node.name) && holdsWords(node.value)) report(node);
      },
    };
  },
};

const plugin = { rules: { messages, template } };

export const texts = [
  {
    files: ['apps/web/src/app/texts/*.ts'],
    ignores: ['**/*.spec.ts'],
    plugins: { texts: plugin },
    rules: { 'texts/messages': 'error' },
  },
  {
    // The templates that stand in a component's file are read as files of their own.
    files: ['apps/web/src/app/**/*.html'],
    ignores: ['**/*.spec.ts/**'],
    plugins: { texts: plugin },
    rules: { 'texts/template': 'error' },
  },
];
