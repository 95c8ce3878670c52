/**
 * Checks that take too long for `npm test`: creates projects with `create-usher`, with `ng add` and with server-side rendering in
 * the supported versions of Angular, from the packed packages, with npm and pnpm. Builds them, and connects through their servers, through the
 * proxy of `ng serve` and from a browser.
 *
 * Usage: `npm run examples:check`, or `npm run examples:check -- WORD` for the checks whose names contain the word
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PostgresServer } from '@usher/test-servers';
import { run } from '../install.mjs';
import { pack, publicPackages } from '../packages/packages.mjs';
import { angularVersions, freshApp, hydratedApp } from './angular.mjs';
import { connect } from './connect.mjs';
import { installArgs, useArchives } from './copies.mjs';
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

const workspace = (archives) => ({ folder, archives, must, install, ng });

/** Starts a server, connects as ann, and stops it. */
async function connectTo(cwd, args, user) {
  const { program, url } = await startServer(args, { cwd });
  try {
    await connect(url, user);
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

/** Users exchange messages through each server of the guide with its own client, even after a restart of the server. */
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
  'ng add in Angular 22 with pnpm': (archives) => freshApp(workspace(archives), '22', { zone: false, manager: 'pnpm' }),
  'the programs of the guide from-socket-io': guide,
};

for (const major of Object.keys(angularVersions)) {
  for (const zone of [true, false]) {
    const name = `Angular ${major} ${zone ? 'with' : 'without'} zone.js`;
    checks[`ng add in ${name}`] = (archives) => freshApp(workspace(archives), major, { zone });
    checks[`server-side rendering in ${name}`] = (archives) => hydratedApp(workspace(archives), major, { zone });
  }
}

const selected = Object.entries(checks).filter(([name]) => name.includes(word));
const failures = selected.length > 0 ? [] : [`no check has "${word}" in its name`];
try {
  const projects = publicPackages().map((each) => basename(each.folder));
  await must(undefined, 'nx', 'run-many', '-t', 'build', '-p', ...projects);
  mkdirSync(join(folder, 'archives'));
  const archives = pack(join(folder, 'archives'));
  for (const [name, check] of selected) {
    process.stdout.write(`\n── ${name}\n`);
    try {
      await check(archives);
      process.stdout.write(`passed: ${name}\n`);
    } catch (error) {
      process.stdout.write(`failed: ${name}: ${error.stack}\n`);
      failures.push(`${name}: ${error.message}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(failures.length === 0 ? '\nall checks passed\n' : `\nfailed:\n${failures.join('\n')}\n`);
process.exit(failures.length === 0 ? 0 : 1);
