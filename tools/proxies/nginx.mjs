/** nginx with `deploy/nginx/usher.conf`. */
import { chmodSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { find } from '../programs.mjs';
import { bind, proxyFolder, replaceAll, startProxy } from './proxy-process.mjs';

export const nginxConfig = () => readFileSync(join(root, 'deploy/nginx/usher.conf'), 'utf8');

/** The part of a distribution's `nginx.conf` that includes `usher.conf`. All files are in `folder`. */
const mainConfig = (folder) => `
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/logs/error.log error;
events { worker_connections 1024; }
http {
  client_body_temp_path ${folder}/temp/body;
  proxy_temp_path ${folder}/temp/proxy;
  fastcgi_temp_path ${folder}/temp/fastcgi;
  uwsgi_temp_path ${folder}/temp/uwsgi;
  scgi_temp_path ${folder}/temp/scgi;
  access_log ${folder}/logs/access.log;
  include ${folder}/usher.conf;
}
`;

/**
 * Starts nginx in front of nodes.
 *
 * @param {object} options
 * @param {string[]} options.nodes as `host:port`
 * @param {object} [options.listener] of `bind`. Defaults to a free port
 * @param {{certificate: string, key: string}} [options.tls] files. Without them, nginx serves plain HTTP
 * @param {[string, string][]} [options.changes] further replacements in `usher.conf`
 */
export async function startNginx({ nodes, listener, tls, changes = [] }) {
  const folder = proxyFolder();
  chmodSync(folder, 0o755);
  for (const name of ['logs', 'temp']) mkdirSync(join(folder, name), { mode: 0o755 });
  const main = listener ?? (await bind(0));
  const redirect = tls === undefined ? undefined : await bind(0);
  const [servers] = /(?:^ {2}server usher-\d:3000 max_fails=0;\n)+/m.exec(nginxConfig()) ?? ['no nodes'];
  const config = replaceAll(nginxConfig(), [
    [servers, nodes.map((node) => `  server ${node} max_fails=0;\n`).join('')],
    ['/var/log/nginx/', `${folder}/logs/`],
    ...(tls === undefined
      ? [
          [/^server \{\n {2}listen 80;[^}]*\}\n/gm, ''],
          ['listen 443 ssl http2;', `listen 127.0.0.1:${main.port};`],
          [/^ {2}ssl_.*\n/gm, ''],
        ]
      : [
          ['listen 80;', `listen 127.0.0.1:${redirect.port};`],
          ['listen 443 ssl http2;', `listen 127.0.0.1:${main.port} ssl http2;`],
          ['/etc/nginx/tls/chat.example.org.crt', tls.certificate],
          ['/etc/nginx/tls/chat.example.org.key', tls.key],
        ]),
    ...changes,
  ]);
  writeFileSync(join(folder, 'usher.conf'), config);
  writeFileSync(join(folder, 'nginx.conf'), mainConfig(folder));
  const listeners = redirect === undefined ? [main] : [main, redirect];
  const proxy = startProxy({
    program: find('nginx') ?? 'nginx',
    args: ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'logs/error.log'), '-g', 'daemon off;'],
    // The list of inherited listeners that nginx passes to its new binary at an upgrade.
    env: { NGINX: listeners.map((_, index) => `${3 + index};`).join('') },
    listeners,
    folder,
    logFiles: () =>
      globSync(join(folder, 'logs/*'))
        .map((file) => readFileSync(file, 'utf8'))
        .join(''),
  });
  const accessLog = join(folder, 'logs/access.log');
  return { ...proxy, port: main.port, redirectPort: redirect?.port, accessLog };
}
