/** Creates a database with the demo users in the directory of the first argument. */
import { buildApp } from '../app.ts';
import { loadConfig } from '../config/config.ts';

const app = await buildApp(
  loadConfig({ DATA_DIR: process.argv[2] ?? '', DEMO_USERS: 'true', LOG_LEVEL: 'silent' }, '/nowhere'),
);
await app.close();
