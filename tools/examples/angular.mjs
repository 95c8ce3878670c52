/**
 * Checks of @usher/angular in the supported versions of Angular, with and without zone.js, in fresh applications outside of the repository and
 * in a real browser.
 */
import { createHmac } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createUsher } from '@usher/server';
import { chromium } from 'playwright-core';
import { browser } from '../browser.mjs';
import { root } from '../install.mjs';
import { copyExample, useArchives } from './copies.mjs';
import { startServer } from './programs.mjs';

/**
 * The tested versions: of the framework, of the tools, and of TypeScript. All packages of the framework require exactly their own version, and so
 * do all tools. These are the newest versions for which the npm registry of the development machine has every package. For example, it has
 * @angular/core 22.2.6, but no @angular/platform-server after 22.2.0.
 */
export const angularVersions = {
  20: { framework: '20.3.32', tools: '20.3.37', typescript: '~5.9.3' },
  21: { framework: '21.2.24', tools: '21.2.24', typescript: '~5.9.3' },
  22: { framework: '22.2.0', tools: '22.2.0', typescript: '~6.0.2' },
};
const toolPackages = new Set(['@angular/build', '@angular/cli', '@angular/ssr']);

/** How long the browser may take to show something, in milliseconds. */
const timeout = 30_000;

/** Pins the packages of Angular in a package.json. */
function pinAngular(folder, major) {
  const { framework, tools, typescript } = angularVersions[major];
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  for (const dependencies of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(dependencies)) {
      if (name.startsWith('@angular/')) dependencies[name] = toolPackages.has(name) ? tools : framework;
    }
  }
  manifest.devDependencies.typescript = typescript;
  delete manifest.packageManager;
  writeFileSync(file, JSON.stringify(manifest));
  return manifest;
}

/** Replaces a text in a file. Throws if the file does not contain it. */
function edit(file, text, replacement) {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(text, replacement);
  if (after === before) throw new Error(`${file} does not contain ${text}`);
  writeFileSync(file, after);
}

const secret = 'the secret of the checks';

/** Returns an access token, signed with the secret of the checks. */
function accessToken(user) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: user, sid: `${user}-1` })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Opens a page in Chromium, and closes the browser after the check of the page. */
async function inBrowser(url, check) {
  const chrome = await chromium.launch({ executablePath: await browser(), args: ['--no-sandbox'] });
  try {
    const page = await chrome.newPage();
    page.setDefaultTimeout(timeout);
    const errors = [];
    const sockets = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await check(page, sockets, () => page.goto(url));
    if (errors.length > 0) throw new Error(`the page reported errors:\n${errors.join('\n')}`);
  } finally {
    await chrome.close();
  }
}

/**
 * Creates an application with `ng new` and `ng add`, builds it, and connects from a browser.
 *
 * @param {{ folder: string, archives: Map<string, string>, must: Function, install: Function, ng: Function }} workspace
 */
export async function freshApp({ folder, archives, must, install, ng }, major, { zone, manager = 'npm' }) {
  const name = `angular-${major}-${zone ? 'zone' : 'zoneless'}-${manager}`;
  const options = ['--minimal', '--defaults', '--skip-git', '--skip-install', '--style=css', `--zoneless=${!zone}`];
  const cli = `--package=@angular/cli@${angularVersions[major].tools}`;
  await must(folder, 'npm', 'exec', '--yes', cli, '--', 'ng', 'new', name, ...options);
  const project = join(folder, name);
  const manifest = pinAngular(project, major);
  const hasZone = 'zone.js' in manifest.dependencies;
  if (hasZone !== zone) throw new Error(`ng new created an app ${hasZone ? 'with' : 'without'} zone.js`);
  // `ng add` uses an installed package, and would search for another one in the registry.
  manifest.dependencies['@usher/angular'] = '^0.1.0';
  copyFileSync(join(root, 'examples/minimal/pnpm-workspace.yaml'), join(project, 'pnpm-workspace.yaml'));
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  useArchives(project, archives);
  await install(project, manager);
  await ng(project, 'add', '@usher/angular', '--skip-confirmation');
  const app = join(project, 'src/app/app.ts');
  edit(app, /^/, "import { inject } from '@angular/core';\nimport { AccessToken } from './access-token';\n");
  edit(app, /^/, "import { LiveRoom } from './live-room/live-room';\n");
  edit(app, /imports: \[[^\]]*\]/, 'imports: [LiveRoom]');
  edit(app, /template: `[^`]*`/, 'template: `<app-live-room />`');
  edit(app, /export class App \{/, `$&\n  token = inject(AccessToken).value.set('${accessToken('ann')}');`);
  await ng(project, 'build');

  const { url, stop } = await serveApp(join(project, 'dist', name, 'browser'));
  try {
    await inBrowser(url, async (page, sockets, open) => {
      await open();
      await page.getByText('Connection: open').waitFor();
      const message = page.getByLabel('Message');
      await message.fill('hello');
      await message.press('Enter');
      await page.getByText('ann: hello').waitFor();
      if (sockets.length !== 1) throw new Error(`the page opened ${sockets.length} sockets`);
    });
  } finally {
    await stop();
  }
}

/** Serves a built application and Usher's endpoints on a free port of 127.0.0.1. */
async function serveApp(folder) {
  const allowedOrigins = [];
  const usher = await createUsher({
    allowedOrigins: () => allowedOrigins,
    rooms: ['general'],
    authenticate: ({ headers: { authorization } }) => {
      if (authorization !== `Bearer ${accessToken('ann')}`) throw new Error('invalid token');
      return { user: 'ann', session: 'ann-1' };
    },
  });
  const types = { js: 'text/javascript', css: 'text/css', html: 'text/html' };
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : request.url;
    try {
      const content = readFileSync(join(folder, path));
      response.writeHead(200, { 'content-type': types[path.split('.').at(-1)] ?? 'text/plain' }).end(content);
    } catch {
      // Browsers request an icon and report a 404 as an error.
      response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
    }
  });
  usher.attach(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  allowedOrigins.push(url);
  const stop = async () => {
    await usher.close();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, stop };
}

/**
 * Builds the example `ssr` with a signed-in user, and checks that rendering on the server connects nothing, and that the browser hydrates the page
 * and then opens exactly one socket.
 */
export async function hydratedApp({ folder, archives, install, ng }, major, { zone }) {
  const project = join(folder, `ssr-${major}-${zone ? 'zone' : 'zoneless'}`);
  copyExample('ssr', project);
  const manifest = pinAngular(project, major);
  const zoneProvider = zone ? 'provideZoneChangeDetection()' : 'provideZonelessChangeDetection()';
  if (zone) {
    manifest.dependencies['zone.js'] = major === '20' ? '~0.15.0' : '~0.16.0';
    edit(join(project, 'angular.json'), '"browser": "src/main.ts",', '$& "polyfills": ["zone.js"],');
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  const config = join(project, 'src/app/app.config.ts');
  edit(config, 'provideBrowserGlobalErrorListeners(),', `$& ${zoneProvider},`);
  edit(config, 'inject, ', `inject, ${zoneProvider.replace('()', '')}, `);
  // Signed in on the server too. Otherwise nothing would connect there, whatever `start()` does.
  edit(join(project, 'src/app/session.ts'), /undefined>\(undefined\)/, `undefined>('${accessToken('ann')}')`);
  // Another application that is not stable on the server would never be rendered, and in the browser never be hydrated completely.
  const app = join(project, 'src/app/app.ts');
  edit(app, 'import { Component,', 'import { ApplicationRef, Component,');
  edit(app, 'constructor() {', "$&\n    inject(ApplicationRef).whenStable().then(() => console.log('stable'));");
  // The example allows the origin of its setting PORT. The check lets the system choose the port.
  const server = join(project, 'src/server.ts');
  edit(server, '[`http://localhost:${port}`]', '() => origins');
  edit(server, 'const app = express();', 'const origins: string[] = [];\n$&');
  edit(
    server,
    'usher.attach(server);',
    '$&\n  server.on("listening", () => origins.push(`http://localhost:${Object(server.address()).port}`));',
  );
  const preload = join(project, 'log-connections.mjs');
  writeFileSync(preload, logConnections);
  useArchives(project, archives);
  await install(project);
  await ng(project, 'build');

  const env = { JWT_SECRET: secret };
  const { program, url } = await startServer(['--import', preload, 'dist/web/server/server.mjs'], {
    cwd: project,
    env,
  });
  try {
    // The server allows the origin http://localhost and its port.
    const origin = url.replace('127.0.0.1', 'localhost');
    const html = await (await fetch(origin)).text();
    if (!html.includes('ng-server-context="ssr"') || !html.includes('aria-label="Messages"')) {
      throw new Error(`the page of the signed-in user was not rendered on the server:\n${html}`);
    }
    if (!html.includes('idle')) throw new Error(`the server rendered a connection:\n${html}`);
    await inBrowser(origin, async (page, sockets, open) => {
      // The elements that the server rendered stay in the page if it is hydrated, and are replaced if it is rendered again.
      await page.addInitScript(() => {
        document.addEventListener('readystatechange', () => (globalThis.rendered ??= document.querySelector('h1')));
      });
      const stable = page.waitForEvent('console', (message) => message.text() === 'stable');
      await open();
      await stable;
      await page.getByRole('status').filter({ hasText: 'open' }).waitFor();
      const message = page.getByLabel('Message', { exact: true });
      await message.fill('hello');
      await message.press('Enter');
      await page.getByText('ann: hello').waitFor();
      const isHydrated = await page.evaluate(() => globalThis.rendered === document.querySelector('h1'));
      if (!isHydrated) throw new Error('the page was rendered again instead of hydrated');
      if (sockets.length !== 1) throw new Error(`the page opened ${sockets.length} sockets`);
    });
    if (/^connects:/m.test(program.output)) throw new Error(`rendering on the server connected:\n${program.output}`);
  } finally {
    await program.stop();
  }
}

/** A module that prints each connection and each call that the program starts. */
const logConnections = `
for (const name of ['WebSocket', 'fetch']) {
  const original = globalThis[name];
  const log = (args) => console.log('connects:', name, String(args[0]?.url ?? args[0]));
  globalThis[name] = new Proxy(original, {
    apply: (target, self, args) => (log(args), Reflect.apply(target, self, args)),
    construct: (target, args) => (log(args), Reflect.construct(target, args)),
  });
}
`;
