/** `npm run measure:page-load`: how long the first load, sign-in and a reload take, with the built page and the real server. */
import { browser } from './browser.mjs';
import { install, projectEnv, run } from './install.mjs';

await install();
const built = await run('nx', ['run', 'web:build', '--output-style=stream']);
if (built !== 0) process.exit(built);
const env = projectEnv({ USHER_CHROMIUM: await browser(), NODE_OPTIONS: '--conditions=@usher/source' });
process.exit(
  await run('playwright', ['test', '--config', 'e2e/page-load.config.ts', ...process.argv.slice(2)], { env }),
);
