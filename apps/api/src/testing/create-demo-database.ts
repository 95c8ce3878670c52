/** Makes a database with the demo people in the folder that it is told, as a server's first start does. */
import { buildApp } from '../app.ts';
import { loadConfig } from '../config/config.ts';

const app = await buildApp(
  loadConfig({ DATA_DIR: process.argv[2] ?? '', DEMO_USERS: 'true', LOG_LEVEL: 'silent' }, '/nowhere'),
);
await app.close();
