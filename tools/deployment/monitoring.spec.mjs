import { execFileSync, spawnSync } from 'node:child_process';
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
import { openSocket, startPrometheus } from './prometheus.mjs';

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

test('promtool accepts the names of the metrics', async () => {
  const { body } = await client.request('/metrics', { headers: { authorization: `Bearer ${token}` } });
  const own = body.split('\n').filter((line) => /^(?:# (?:HELP|TYPE) )?usher_/.test(line));
  expect(lint(`${own.join('\n')}\n`)).toBe('');
  expect(lint('# HELP usher_bad Bad\n# TYPE usher_bad counter\nusher_bad 1\n')).toContain('_total');
});

/** The output of `promtool check metrics` for metrics in the text format. */
function lint(metrics) {
  const { stdout, stderr } = spawnSync(find('promtool') ?? 'promtool', ['check', 'metrics'], {
    input: metrics,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

test('a Prometheus scrapes the server and evaluates the alerts and the dashboard', { timeout: 60_000 }, async () => {
  const ws = await openSocket(node.port);
  onTestFinished(() => ws.terminate());
  const prometheus = await startPrometheus(node.port, token);
  onTestFinished(() => prometheus.stop());

  await expect.poll(() => prometheus.query('up{job="usher"}'), { timeout: 30_000 }).toEqual(['1']);
  await expect.poll(() => prometheus.query('usher_connections'), { timeout: 30_000 }).toEqual(['1']);
  for (const [name, label] of [
    ['usher_ticket_call_seconds', 'outcome="issued"'],
    ['usher_handshake_seconds', 'outcome="admitted"'],
    ['usher_send_to_durable_seconds', ''],
    ['usher_durable_to_delivered_seconds', ''],
  ]) {
    expect(await prometheus.query(`${name}_count{${label}}`), name).toEqual(['1']);
  }

  const evaluated = async () => {
    const { groups } = await prometheus.get('/api/v1/rules');
    return groups.flatMap(({ rules }) => rules).filter(({ health }) => health === 'ok').length;
  };
  await expect.poll(evaluated, { timeout: 30_000 }).toBe(alerts().length);
  const { alerts: firing } = await prometheus.get('/api/v1/alerts');
  expect(firing.map(({ labels }) => labels.alertname)).toEqual([]);
  for (const query of queries()) {
    await prometheus.query(query.replaceAll('$__rate_interval', '1m').replaceAll('$node', '.*'));
  }
});

test('the probes of the chart and of the image succeed', async () => {
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

test('Prometheus stores the exemplars of a server that exports traces', { timeout: 60_000 }, async () => {
  // Nothing listens on the discard port, and no export is needed.
  const traced = await startNode({ METRICS_TOKEN: token, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  onTestFinished(() => traced.stop());
  const socket = await openSocket(traced.port);
  onTestFinished(() => socket.terminate());
  const prometheus = await startPrometheus(traced.port, token);
  onTestFinished(() => prometheus.stop());
  for (const name of [
    'usher_ticket_call_seconds',
    'usher_handshake_seconds',
    'usher_send_to_durable_seconds',
    'usher_durable_to_delivered_seconds',
  ]) {
    const path = `/api/v1/query_exemplars?query=${name}_bucket&start=0&end=9999999999`;
    const traceIds = async () =>
      (await prometheus.get(path)).flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id));
    await expect.poll(traceIds, { timeout: 30_000 }).toContainEqual(expect.stringMatching(/^[\da-f]{32}$/));
  }
  expect(await prometheus.query('usher_ticket_calls_total{outcome="issued"}')).toEqual(['1']);
});
