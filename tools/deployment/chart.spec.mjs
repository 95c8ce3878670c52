import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../install.mjs';
import { helmPath, lintChart, renderChart } from './helm.mjs';
import { faultsIn } from './manifests.mjs';
import { settingNames } from './settings.mjs';

const secrets = { DATABASE_URL: 'postgres://db/usher', REDIS_URL: 'redis://redis', JWT_SECRET: 'x'.repeat(32) };
const minimal = { publicUrl: 'https://chat.example.org', secrets };
const everything = {
  ...minimal,
  publicUrl: 'https://chat.example.org:8443',
  secrets: { ...secrets, METRICS_TOKEN: 'a metrics token', ADMIN_PASSWORD: 'a password' },
  settings: { SESSION_SECONDS: 2_592_000, SIGN_UP: 'open', REPLAY_ENDS_SESSION: true },
  ingress: { enabled: true },
  autoscaling: { enabled: true },
  serviceMonitor: { enabled: true },
  imagePullSecrets: [{ name: 'registry' }],
  podAnnotations: { 'example.org/team': 'chat' },
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'chat', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
};

// The first call may download Helm.
beforeAll(() => void helmPath(), 180_000);

const kind = (manifests, name) => manifests.filter((manifest) => manifest.kind === name);

test('Helm accepts the chart', () => {
  expect(lintChart(minimal)).toContain('0 chart(s) failed');
  expect(lintChart(everything)).toContain('0 chart(s) failed');
});

test('the manifests are valid, without unknown fields', async () => {
  const manifests = [...renderChart(minimal), ...renderChart(everything)];
  expect(manifests.length).toBeGreaterThanOrEqual(13);
  expect(await faultsIn(manifests)).toEqual([]);
  const [deployment] = kind(manifests, 'Deployment');
  const broken = [
    { ...deployment, spec: { ...deployment.spec, replica: 3 } },
    { ...deployment, spec: { ...deployment.spec, replicas: 'three' } },
    { ...deployment, kind: 'Deployments' },
  ];
  for (const manifest of broken) expect(await faultsIn([manifest])).not.toEqual([]);
});

test('a pod has time to drain, runs without privileges, and gets its settings', () => {
  for (const [preStopSeconds, drainSeconds] of [
    [5, 10],
    [0, 0],
    [30, 600],
  ]) {
    const manifests = renderChart({ ...everything, preStopSeconds, drainSeconds });
    const [{ spec: pod }] = kind(manifests, 'Deployment').map(({ spec }) => spec.template);
    const [config] = kind(manifests, 'ConfigMap');
    const [secret] = kind(manifests, 'Secret');
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStopSeconds + drainSeconds + 2);
    expect(pod.containers[0].lifecycle.preStop.exec.command.at(-1)).toContain(` ${preStopSeconds * 1_000})`);
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    expect(pod.containers[0].securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    expect(config.data).toMatchObject({
      PUBLIC_URL: everything.publicUrl,
      DRAIN_SECONDS: String(drainSeconds),
      SESSION_SECONDS: '2592000',
      REPLAY_ENDS_SESSION: 'true',
      TRUST_PROXY: '1',
    });
    expect(Buffer.from(secret.data.METRICS_TOKEN, 'base64').toString()).toBe('a metrics token');
    expect(settingNames()).toEqual(expect.arrayContaining([...Object.keys(config.data), ...Object.keys(secret.data)]));
  }
});

test('a pod disruption budget, and an ingress that does not log tickets', () => {
  const manifests = renderChart(everything);
  expect(kind(manifests, 'PodDisruptionBudget')).toHaveLength(1);
  const ingresses = kind(manifests, 'Ingress').map(({ metadata, spec }) => ({
    annotations: metadata.annotations,
    host: spec.rules[0].host,
    paths: spec.rules[0].http.paths.map(({ path }) => path),
  }));
  expect(ingresses.map(({ host }) => host)).toEqual(['chat.example.org', 'chat.example.org']);
  const sockets = ingresses.find(({ paths }) => paths.includes('/api/ws'));
  expect(sockets.annotations).toMatchObject({ 'nginx.ingress.kubernetes.io/enable-access-log': 'false' });
});

test.each([
  ['no publicUrl', { secrets }, 'publicUrl'],
  ['a publicUrl with a path', { ...minimal, publicUrl: 'https://example.org/chat' }, 'publicUrl'],
  ['no secret', { publicUrl: minimal.publicUrl }, 'secrets.DATABASE_URL is required'],
  ['a misspelled setting', { ...minimal, settings: { SIGNUP: 'open' } }, 'SIGNUP'],
  ['a secret among the settings', { ...minimal, settings: { JWT_SECRET: 'x' } }, 'JWT_SECRET'],
  ['a misspelled value', { ...minimal, replica: 3 }, 'replica'],
])('Helm rejects %s', (_, values, message) => {
  expect(() => renderChart(values)).toThrow(message);
});

test('the schema of the values contains every setting', () => {
  const schema = JSON.parse(readFileSync(join(root, 'deploy/helm/usher/values.schema.json'), 'utf8'));
  const { settings, secrets: secretValues } = schema.properties;
  // The image sets DATA_DIR, the server rejects DEMO_USERS with a public URL, and the others have their own values.
  const others = ['HOST', 'PORT', 'DATA_DIR', 'DEMO_USERS', 'PUBLIC_URL', 'DRAIN_SECONDS'];
  const names = [...Object.keys(settings.properties), ...Object.keys(secretValues.properties), ...others];
  expect(names.toSorted()).toEqual(settingNames().toSorted());
});
