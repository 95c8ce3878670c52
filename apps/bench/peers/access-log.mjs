/**
 * Writes an access log in the combined format, the default of Apache and nginx. Its request line contains the whole URL.
 * Logs to standard output if `ACCESS_LOG` is `on`.
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
