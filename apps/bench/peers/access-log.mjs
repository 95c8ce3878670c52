/**
 * An access log as servers and proxies write it unless told otherwise: the combined format of Apache and nginx, whose request line
 * holds the whole URL. It goes to standard output, and only where it was asked for.
 */
const isOn = process.env.ACCESS_LOG === 'on';

export function logAccess({ socket, method, url, httpVersion, headers }, status) {
  if (!isOn) return;
  const { referer = '-', 'user-agent': agent = '-' } = headers;
  const at = new Date().toISOString();
  process.stdout.write(
    `${socket.remoteAddress} - - [${at}] "${method} ${url} HTTP/${httpVersion}" ${status} - "${referer}" "${agent}"\n`,
  );
}
