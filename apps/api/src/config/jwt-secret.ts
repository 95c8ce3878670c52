import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { unusable } from '../database/data-dir.ts';
import { ConfigError, type Config } from './config.ts';

/**
 * The secret that signs access tokens: the operator's, or one made at the first start and kept in the data folder,
 * readable by its owner only, so that a restart signs nobody out.
 *
 * @throws ConfigError when the kept file holds no usable secret.
 * @throws DataDirUnusable when the file cannot be created or read.
 */
export function jwtSecret(config: Config): string {
  if (config.jwtSecret !== undefined) return config.jwtSecret;
  const file = join(config.dataDir, 'jwt-secret');
  const made = randomBytes(48).toString('base64url');
  try {
    writeNew(file, made);
    return made;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw unusable(config.dataDir, error);
  }
  let kept: string;
  try {
    kept = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw unusable(config.dataDir, error);
  }
  if (Buffer.byteLength(kept) < 32) {
    throw new ConfigError([`JWT_SECRET: the file ${file} does not hold 32 bytes; delete it and a new one is made`]);
  }
  return kept;
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
