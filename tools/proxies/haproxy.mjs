/** HAProxy with `deploy/haproxy/haproxy.cfg`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { find } from '../programs.mjs';
import { bind, proxyFolder, replaceAll, startProxy } from './proxy-process.mjs';

export const haproxyConfig = () => readFileSync(join(root, 'deploy/haproxy/haproxy.cfg'), 'utf8');

/** Starts HAProxy in front of nodes. The options are those of `startNginx`; TLS is required. */
export async function startHaproxy({ nodes, tls, changes = [] }) {
  const folder = proxyFolder();
  const main = await bind(0);
  const redirect = await bind(0);
  const pem = join(folder, 'certificate.pem');
  writeFileSync(pem, readFileSync(tls.certificate, 'utf8') + readFileSync(tls.key, 'utf8'), { mode: 0o600 });
  const [servers] = /(?:^ {2}server usher-\d usher-\d:3000\n)+/m.exec(haproxyConfig()) ?? ['no nodes'];
  const config = replaceAll(haproxyConfig(), [
    [servers, nodes.map((node, index) => `  server usher-${index + 1} ${node}\n`).join('')],
    ['bind :443 ssl', 'bind fd@3 ssl'],
    ['bind :80', 'bind fd@4'],
    ['/etc/haproxy/tls/chat.example.org.pem', pem],
    ...changes,
  ]);
  writeFileSync(join(folder, 'haproxy.cfg'), config);
  const proxy = startProxy({
    program: find('haproxy') ?? 'haproxy',
    args: ['-db', '-f', join(folder, 'haproxy.cfg')],
    listeners: [main, redirect],
    folder,
  });
  return { ...proxy, port: main.port, redirectPort: redirect.port };
}
