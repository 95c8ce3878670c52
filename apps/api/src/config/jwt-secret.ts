import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { unusable } from '../database/data-dir.ts';
import { ConfigError, type Config } from './config.ts';

/**
 * Returns the secret that signs access tokens: `JWT_SECRET`, or a secret that is generated at the first start and stored in the data
 * directory, readable by its owner only, so that tokens survive a restart.
 *
 * @throws ConfigError when the stored secret is too short.
 * @throws DataDirUnusable when the file cannot be created or read.
 */
export function jwtSecret(config: Config): string {
  if (config.jwtSecret !== undefined) return config.jwtSecret;
  const file = join(config.dataDir, 'jwt-secret');
  const generated = randomBytes(48).toString('base64url');
  try {
    writeNew(file, generated);
    return generated;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw unusable(config.dataDir, error);
  }
  let stored: string;
  try {
    stored = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw unusable(config.dataDir, error);
  }
  if (Buffer.byteLength(stored) < 32) {
    throw new ConfigError([
      `invalid secret in ${file}: must have at least 32 bytes; delete the file to generate a new secret`,
    ]);
  }
  return stored;
}

function writeNew(file: string, text: string): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
