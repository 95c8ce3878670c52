import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../install.mjs';
import { find } from '../programs.mjs';
import { Client } from '../proxies/client.mjs';
import { startNode } from '../proxies/node.mjs';
import { helmPath, renderChart } from './helm.mjs';

const token = 'a-token-for-prometheus';
let node;
let client;
beforeAll(async () => {
  node = await startNode({ METRICS_TOKEN: token });
  client = new Client(node.port);
});
// The first call may download Helm.
beforeAll(() => void helmPath(), 180_000);
afterAll(() => node?.stop());

const read = (file) => readFileSync(join(root, file), 'utf8');
const promtool = (...args) =>
  execFileSync(find('promtool') ?? 'promtool', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const alerts = () => parse(read('deploy/prometheus/usher.rules.yml')).groups.flatMap(({ rules }) => rules);
const panels = () => JSON.parse(read('deploy/grafana/dashboards/usher.json')).panels;
const queries = () => panels().flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

test('promtool accepts the configuration and the rules, and each alert fires when it should', () => {
  promtool('check', 'config', '--syntax-only', 'deploy/prometheus/prometheus.yml');
  promtool('check', 'rules', 'deploy/prometheus/usher.rules.yml');
  promtool('test', 'rules', 'tools/deployment/usher.rules.test.yml');
  const tested = read('tools/deployment/usher.rules.test.yml');
  for (const { alert } of alerts()) expect(tested).toContain(`alertname: ${alert}\n`);
});

test('the queries of the dashboard are valid', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-dashboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const rules = queries().map((query, index) => ({
    record: `query${index}`,
    expr: query.replaceAll('$__rate_interval', '1m').replaceAll('$node', '.*'),
  }));
  expect(rules.length).toBeGreaterThanOrEqual(15);
  const file = join(folder, 'rules.json');
  const check = (checked) => {
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: checked }] }));
    return promtool('check', 'rules', file);
  };
  expect(check(rules)).toContain(`${rules.length} rules found`);
  expect(() => check([{ record: 'broken', expr: 'sum(rate(' }])).toThrow();
  const ids = panels().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the alerts and the dashboard use metrics that the server exports', async () => {
  const { body } = await client.request('/metrics', { headers: { authorization: `Bearer ${token}` } });
  const exported = new Set();
  for (const [, name, type] of body.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']) exported.add(name + suffix);
  }
  const used = [...queries(), ...alerts().map(({ expr }) => expr)].flatMap(
    (query) => query.match(/\b(?:usher|nodejs|process)_\w+/g) ?? [],
  );
  expect(used.length).toBeGreaterThanOrEqual(25);
  expect([...new Set(used)].filter((name) => !exported.has(name))).toEqual([]);
  const ownMetrics = [...exported].filter((name) => name.startsWith('usher_') && !/_(?:bucket|sum|count)$/.test(name));
  expect(ownMetrics.filter((name) => !queries().some((query) => query.includes(name)))).toEqual([]);
});

test('the server answers the probes of the chart and of the image', async () => {
  const secrets = { DATABASE_URL: 'postgres://db/usher', REDIS_URL: 'redis://redis', JWT_SECRET: 'x'.repeat(32) };
  const manifests = renderChart({ publicUrl: 'https://chat.example.org', secrets });
  const [pod] = manifests.find(({ kind }) => kind === 'Deployment').spec.template.spec.containers;
  const paths = [pod.startupProbe, pod.livenessProbe, pod.readinessProbe].map(({ httpGet }) => httpGet.path);
  for (const path of paths) expect((await client.request(path)).status).toBe(200);

  const [, command] = /^HEALTHCHECK .*\\\n +CMD (.*)$/m.exec(read('Dockerfile'));
  const [, ...args] = JSON.parse(command);
  const check = (port) => execFileSync(process.execPath, args, { env: { PORT: String(port) }, stdio: 'ignore' });
  check(node.port);
  expect(() => check(1)).toThrow();
});
