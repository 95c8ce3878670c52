/**
 * Checks what takes too long for `npm test`: creates projects with `create-usher` and with `ng add` in the oldest and the newest supported
 * Angular, from the packed packages, with npm and pnpm. Builds them, and connects through their servers and through the proxy of `ng serve`.
 *
 * Usage: `npm run examples:check`, or `npm run examples:check -- WORD` for the checks whose names contain the word
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PostgresServer } from '@usher/test-servers';
import { root, run } from '../install.mjs';
import { pack, publicPackages } from '../packages/packages.mjs';
import { connect } from './connect.mjs';
import { copyExample, installArgs, useArchives } from './copies.mjs';
import { guideDependencies, programsOfGuide } from './guide.mjs';
import { start, startServer } from './programs.mjs';

const folder = mkdtempSync(join(tmpdir(), 'usher-check-'));
const word = process.argv[2] ?? '';
const managers = {
  npm: ['npm', installArgs],
  pnpm: ['npx', ['--yes', 'pnpm@12', 'install', '--prefer-offline', '--reporter=silent', '--no-frozen-lockfile']],
};

/** Runs a command, and throws if it fails. */
async function must(cwd, command, ...args) {
  const code = await run(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}`);
}
const install = (cwd, manager = 'npm') => must(cwd, managers[manager][0], ...managers[manager][1]);
const ng = (cwd, ...args) => must(cwd, process.execPath, 'node_modules/@angular/cli/bin/ng.js', ...args);

/** Starts a server, connects as ann, and stops it. */
async function connectTo(cwd, args, user) {
  const { program, url } = await startServer(args, { cwd });
  try {
    await connect(url, user);
    return await (await fetch(url)).text();
  } finally {
    await program.stop();
  }
}

async function createUsher(archives, template, manager) {
  const project = join(folder, `${template}-${manager}`);
  await must(
    folder,
    'npm',
    'exec',
    '--yes',
    `--package=${archives.get('create-usher')}`,
    '--',
    'create-usher',
    project,
    '--template',
    template,
  );
  useArchives(project, archives);
  await install(project, manager);
  await must(project, process.execPath, 'node_modules/typescript/lib/tsc.js', '-p', 'server');
  await ng(project, 'build');
  await connectTo(project, ['server/server.ts'], 'ann');
  return project;
}

/** The proxy of `ng serve` forwards calls and upgrades to the server. */
async function serve(project) {
  const { program: server, url } = await startServer(['server/server.ts'], { cwd: project });
  const proxy = join(project, 'proxy.conf.json');
  writeFileSync(proxy, readFileSync(proxy, 'utf8').replace('http://127.0.0.1:3000', url));
  const web = start(['node_modules/@angular/cli/bin/ng.js', 'serve', '--port', '0'], { cwd: project });
  try {
    const [, local] = await web.prints(/Local:\s+(http:\/\/localhost:\d+)/);
    await connect(local, 'ann');
  } finally {
    await web.stop();
    await server.stop();
  }
}

async function ngAdd(archives, version, manager) {
  const name = `angular-${version}-${manager}`;
  const options = ['--minimal', '--defaults', '--skip-git', '--skip-install', '--style=css'];
  await must(folder, 'npm', 'exec', '--yes', `--package=@angular/cli@${version}`, '--', 'ng', 'new', name, ...options);
  const project = join(folder, name);
  const manifestFile = join(project, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  // `ng add` uses an installed package, and would search for another one in the registry.
  manifest.dependencies['@usher/angular'] = '^0.1.0';
  delete manifest.packageManager;
  copyFileSync(join(root, 'examples/minimal/pnpm-workspace.yaml'), join(project, 'pnpm-workspace.yaml'));
  writeFileSync(manifestFile, JSON.stringify(manifest));
  useArchives(project, archives);
  await install(project, manager);
  await ng(project, 'add', '@usher/angular', '--skip-confirmation');
  const app = join(project, 'src/app/app.ts');
  const text = readFileSync(app, 'utf8');
  const shown = text
    .replace(/^/, "import { LiveRoom } from './live-room/live-room';\n")
    .replace(/imports: \[[^\]]*\]/, 'imports: [LiveRoom]')
    .replace(/template: `[^`]*`/, 'template: `<app-live-room />`');
  writeFileSync(app, shown);
  await ng(project, 'build');
}

async function ssr(archives) {
  const project = join(folder, 'ssr');
  copyExample('ssr', project);
  useArchives(project, archives);
  await install(project);
  await ng(project, 'build');
  const page = await connectTo(project, ['dist/web/server/server.mjs'], undefined);
  if (!page.includes('Enter as a guest')) throw new Error(`the page was not rendered on the server:\n${page}`);
}

/** Users exchange messages through each server of the guide with its own client, also after a restart of the server. */
async function guide(archives) {
  const project = join(folder, 'guide');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', dependencies: guideDependencies }));
  useArchives(project, archives);
  await install(project);
  for (const [file, code] of programsOfGuide()) writeFileSync(join(project, file), code);
  const postgres = await PostgresServer.start();
  try {
    for (const extension of ['mjs', 'ts']) {
      const env = { DATABASE_URL: await postgres.newDatabaseUrl(), JWT_SECRET: 'the same secret after the restart' };
      await talk(`server.${extension}`, `client.${extension}`, { cwd: project, env });
    }
  } finally {
    await postgres.stop();
  }
}

async function talk(server, client, options) {
  const first = await startServer([server], options);
  const [ann, bob] = ['ann', 'bob'].map((user) => start([client, first.url, user, 'secret'], options));
  const programs = [first.program, ann, bob];
  try {
    ann.write('hello');
    await bob.prints(/^ann: hello$/m);
    await first.program.stop();
    const second = await startServer([server], options);
    const late = start([client, second.url, 'bob', 'secret'], options);
    programs.push(second.program, late);
    await late.prints(/^ann: hello$/m);
  } finally {
    for (const program of programs) await program.stop();
  }
}

const checks = {
  'create-usher with npm, ng serve': async (archives) => serve(await createUsher(archives, 'fastify', 'npm')),
  'create-usher with pnpm': (archives) => createUsher(archives, 'fastify', 'pnpm'),
  'create-usher with Express': (archives) => createUsher(archives, 'express', 'npm'),
  'create-usher with node:http': (archives) => createUsher(archives, 'node', 'npm'),
  'ng add in Angular 22 with npm': (archives) => ngAdd(archives, 22, 'npm'),
  'ng add in Angular 22 with pnpm': (archives) => ngAdd(archives, 22, 'pnpm'),
  'ng add in Angular 20 with npm': (archives) => ngAdd(archives, '20.3.39', 'npm'),
  'the example ssr': ssr,
  'the programs of the guide from-socket-io': guide,
};

const failures = [];
try {
  const projects = publicPackages().map((each) => basename(each.folder));
  await must(undefined, 'nx', 'run-many', '-t', 'build', '-p', ...projects);
  mkdirSync(join(folder, 'archives'));
  const archives = pack(join(folder, 'archives'));
  for (const [name, check] of Object.entries(checks).filter(([each]) => each.includes(word))) {
    process.stdout.write(`\n── ${name}\n`);
    try {
      await check(archives);
    } catch (error) {
      failures.push(`${name}: ${error.message}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(failures.length === 0 ? '\nall checks passed\n' : `\nfailed:\n${failures.join('\n')}\n`);
process.exit(failures.length === 0 ? 0 : 1);
