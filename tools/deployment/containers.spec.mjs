import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../install.mjs';
import { nginxConfig } from '../proxies/nginx.mjs';
import { settingNames } from './settings.mjs';

const read = (file) => readFileSync(join(root, file), 'utf8');
const dockerfile = read('Dockerfile');
const compose = parse(read('compose.yaml'), { merge: true });
const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

test('the linter finds nothing in the Dockerfile', () => {
  expect(validate(dockerfile, { deprecatedMaintainer: 2 })).toEqual([]);
  expect(validate(dockerfile.replace('\nCOPY ', '\nCOPIED '))).toHaveLength(1);
});

test('the Dockerfile copies the manifests of all workspaces, and the sources of those that the server imports', () => {
  const { packages } = JSON.parse(read('package-lock.json'));
  const workspaces = Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules'));
  for (const path of workspaces) expect(dockerfile).toContain(`\nCOPY ${path}/package.json ${path}/\n`);

  const nameOf = (path) => packages[path].name;
  const imported = new Set(['apps/api']);
  for (const path of imported) {
    const { dependencies = {} } = JSON.parse(read(`${path}/package.json`));
    for (const other of workspaces) if (nameOf(other) in dependencies) imported.add(other);
  }
  const copied = [...lastStage.matchAll(/^COPY ((?:libs|apps)\/\S+) \1$/gm)].map(([, path]) => path);
  expect(copied.toSorted()).toEqual([...imported].toSorted());
});

test('the image runs the pinned Node without privileges, and its programs without a shell', () => {
  const { node } = JSON.parse(read('package.json')).devDependencies;
  for (const [, major] of dockerfile.matchAll(/^FROM node:(\d+)/gm)) expect(major).toBe(node.split('.')[0]);
  expect(lastStage).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  const commands = [...lastStage.matchAll(/^(?:ENTRYPOINT| +CMD) (.*)$/gm)].map(([, command]) => JSON.parse(command));
  expect(commands).toHaveLength(2);
  for (const [program] of commands) expect(lastStage).toContain(` ${program}\n`);
  expect(lastStage).not.toMatch(/^RUN/m);
});

/** Rules about the order of keys are off, because the file groups related keys. */
const rules = {
  'service-keys-order': 0,
  'services-alphabetical-order': 0,
  'service-dependencies-alphabetical-order': 0,
  'service-ports-alphabetical-order': 0,
  'top-level-properties-order': 0,
  'no-build-and-image': 0,
};

test('the linter finds nothing in compose.yaml', () => {
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
  const folder = mkdtempSync(join(tmpdir(), 'usher-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const messagesFor = (text) => {
    const file = join(folder, 'compose.yaml');
    writeFileSync(file, text);
    return linter.lintFiles([file], false).flatMap(({ messages }) => messages.map(({ message }) => message));
  };
  expect(messagesFor(read('compose.yaml'))).toEqual([]);
  expect(messagesFor(read('compose.yaml').replace('read_only: true', 'read_only_file_system: true'))).not.toEqual([]);
  expect(messagesFor(read('compose.yaml').replace('redis:7.4', 'redis'))).not.toEqual([]);
});

test('compose.yaml, nginx and Prometheus name the same nodes, and mounted files exist', () => {
  const names = Object.keys(compose.services).filter((name) => name.startsWith('usher-'));
  expect(names).toHaveLength(3);
  const targets = parse(read('deploy/prometheus/prometheus.yml')).scrape_configs[0].static_configs[0].targets;
  expect(targets).toEqual(names.map((name) => `${name}:3000`));
  expect([...nginxConfig().matchAll(/server (usher-\d:3000)/g)].map(([, node]) => node)).toEqual(targets);
  const mounts = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes);
  const files = mounts.map((mount) => mount.split(':')[0]).filter((path) => path.startsWith('./'));
  expect(files).toHaveLength(4);
  for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
});

test('the nodes of compose.yaml have known settings, time to drain, and no privileges', () => {
  for (const name of ['usher-1', 'usher-2', 'usher-3']) {
    const service = compose.services[name];
    expect(settingNames()).toEqual(expect.arrayContaining(Object.keys(service.environment)));
    const grace = Number(/^(\d+)s$/.exec(service.stop_grace_period)?.[1]);
    expect(grace).toBeGreaterThanOrEqual(Number(service.environment.DRAIN_SECONDS) + 2);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  }
});
