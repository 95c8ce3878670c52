import { createInterface } from 'node:readline/promises';
import { type Readable, Writable } from 'node:stream';
import { UsageError } from './arguments.ts';

/** A longer secret is rejected, in characters. */
const maxLength = 16 * 1024;

/** How long a program may take to write the secret, in milliseconds. */
const inputMs = 60_000;

type Input = Readable & { readonly isTTY?: boolean };

/**
 * Reads a secret from an environment variable, or else from the standard input: its first line. On a terminal, prompts for it without
 * showing what is typed.
 *
 * @throws UsageError if there is none
 */
export async function readSecret(
  name: 'USHER_TOKEN' | 'USHER_PASSWORD',
  { env, input, output }: { readonly env: NodeJS.ProcessEnv; readonly input: Input; readonly output: Writable },
): Promise<string> {
  const secret = (env[name] ?? (await firstLine(name, input, output))).trim();
  if (secret === '') throw new UsageError(`no ${what(name)}: set ${name}, or write it to the standard input`);
  // Other characters cannot be in a header, and the error about them would show the header.
  if (name === 'USHER_TOKEN' && !/^[\x21-\x7e]+$/.test(secret)) {
    throw new UsageError('invalid access token: must be printable ASCII characters without spaces');
  }
  return secret;
}

async function firstLine(name: 'USHER_TOKEN' | 'USHER_PASSWORD', input: Input, output: Writable): Promise<string> {
  const isTerminal = input.isTTY === true;
  if (isTerminal) output.write(`${what(name)}: `);
  // The terminal's echo goes through this stream.
  const silent = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const lines = createInterface({ input, output: silent, terminal: isTerminal });
  const timer = setTimeout(() => {
    lines.close();
  }, inputMs);
  try {
    for await (const line of lines) {
      if (line.length > maxLength) throw new UsageError(`the ${what(name)} is longer than ${maxLength} characters`);
      return line;
    }
    return '';
  } finally {
    clearTimeout(timer);
    lines.close();
    input.pause();
    if (isTerminal) output.write('\n');
  }
}

const what = (name: 'USHER_TOKEN' | 'USHER_PASSWORD'): string => (name === 'USHER_TOKEN' ? 'access token' : 'password');
