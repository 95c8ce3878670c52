/**
 * Writes the descriptions of the API and the types of the HTTP API to `docs/api`. Run it for a release, or to accept an intended breaking
 * change: `node --conditions=@usher/source apps/api/src/write-documents.ts`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp } from './app.ts';
import { loadConfig } from './config/config.ts';
import { describeSocket } from './docs/docs-routes.ts';
import { typesOf } from './testing/api-types.ts';

const folder = fileURLToPath(new URL('../../../docs/api/', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'usher-documents-'));
const app = await buildApp(loadConfig({ PORT: '0', DATA_DIR: data, LOG_LEVEL: 'error' }, '/nowhere'));
const openApi = JSON.stringify(app.openApi(), null, 2);
writeFileSync(`${folder}openapi.json`, `${openApi}\n`);
writeFileSync(`${folder}asyncapi.json`, `${JSON.stringify(describeSocket(), null, 2)}\n`);
writeFileSync(`${folder}openapi.d.ts`, await typesOf(openApi));
await app.close();
rmSync(data, { recursive: true });
