import { open, stat } from 'node:fs/promises';
import { Fatal, type Finding } from './report.ts';

/** Only the end of a longer log is searched, in bytes. */
const maxBytes = 64 * 1024 * 1024;

/** How often a log is read again while a line is expected, in milliseconds. */
const readAgainMs = 100;

/** The part of an access log that is written from now on. */
export class AccessLog {
  readonly #file: string;
  readonly #start: number;

  private constructor(file: string, start: number) {
    this.#file = file;
    this.#start = start;
  }

  /** @throws Fatal if the file cannot be read */
  static async open(file: string): Promise<AccessLog> {
    try {
      const handle = await open(file, 'r');
      await handle.close();
      return new AccessLog(file, (await stat(file)).size);
    } catch (error) {
      throw new Fatal(unreadable(file, (error as NodeJS.ErrnoException).code ?? 'unknown error'));
    }
  }

  /**
   * Searches for secrets. Waits until the log contains a line with `path`, because proxies log a WebSocket when it closes.
   *
   * @returns `undefined` if there is such a line, without a secret
   */
  async search(secrets: readonly string[], path: string, timeoutMs: number): Promise<Finding | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const text = await this.#read();
      const isFound = secrets.some((secret) => text.includes(secret));
      if (isFound) {
        return {
          culprit: 'ticket_in_access_log',
          message: `${this.#file} contains the ticket of this examination`,
          fix: 'Log the path without its query. nginx: a log_format with $uri instead of $request, $request_uri and $args. HAProxy: a log-format with %HP instead of %HU and %r. A ticket that the proxy logs but cannot deliver opens a connection until it expires.',
        };
      }
      if (text.includes(path)) return undefined;
      if (performance.now() > deadline) {
        return unreadable(this.#file, `no new line with ${path} within ${timeoutMs / 1_000} s`);
      }
      await new Promise((resolve) => setTimeout(resolve, readAgainMs));
    }
  }

  async #read(): Promise<string> {
    const handle = await open(this.#file, 'r');
    try {
      const { size } = await handle.stat();
      // A shorter file is a new one, after a rotation.
      const from = Math.max(size < this.#start ? 0 : this.#start, size - maxBytes);
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - from), position: from });
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}

function unreadable(file: string, reason: string): Finding {
  return {
    culprit: 'access_log_unreadable',
    message: `${file} was not checked: ${reason}`,
    fix: 'Pass the access log that the proxy of this URL writes, and run this as a user who may read it. A buffered log needs a longer --timeout.',
  };
}
